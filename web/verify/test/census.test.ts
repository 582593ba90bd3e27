import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex } from "../src/bytes.ts";
import { prove } from "../src/census.ts";
import { NotCanonical } from "../src/codec.ts";
import { fromHex, readJSON } from "./repo.ts";

interface RecordedProof {
  address: string;
  root: string;
  siblings: string;
  value: string;
  weight: string;
}

const none = new Uint8Array(0);
const proofs = readJSON<RecordedProof[]>("census/testdata/recorded_proofs.json");
const proofOf = (p: RecordedProof) => ({ type: 0n, siblings: fromHex(p.siblings), availableWeight: fromHex(p.value), keyType: 0n, voteWeight: none });

function weightBytes(w: bigint, n = 32): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => Number((w >> BigInt(8 * i)) & 0xffn));
}

test("recorded proofs lead to their roots", () => {
  for (const p of proofs) {
    const { root, weight } = prove(proofOf(p), fromHex(p.address));
    assert.equal(hex(root), p.root);
    assert.equal(String(weight), p.weight);
    assert.notEqual(hex(prove(proofOf(p), new Uint8Array(20)).root), p.root);
  }
});

test("a vote may weigh less than its voter, and never more", () => {
  const p = proofOf(proofs[0] as RecordedProof);
  const voter = fromHex((proofs[0] as RecordedProof).address);
  const available = prove(p, voter).weight;
  assert.equal(prove({ ...p, voteWeight: weightBytes(available, 16), keyType: 1n }, voter).weight, available);
  for (const spoiled of [
    { ...p, voteWeight: weightBytes(available + 1n) },
    { ...p, voteWeight: weightBytes(0n, 1) },
    { ...p, voteWeight: weightBytes(1n, 33) },
    { ...p, availableWeight: weightBytes(0n) },
    { ...p, availableWeight: weightBytes(1n << 128n) },
    { ...p, availableWeight: weightBytes(1n, 31) },
    { ...p, type: 1n },
    { ...p, keyType: 2n },
  ]) {
    assert.throws(() => prove(spoiled, voter), NotCanonical);
  }
});

test("siblings have one packing", () => {
  const p = proofOf(proofs[0] as RecordedProof);
  const s = p.siblings;
  const cases = [
    none,
    fromHex("040000"),
    fromHex("05000000"),
    fromHex("0500010000"),
    concat(fromHex("0500"), fromHex("0100"), Uint8Array.of(1)),
    concat(fromHex("25000100"), Uint8Array.of(1), new Uint8Array(32)),
    concat(s, Uint8Array.of(0)),
    s.subarray(0, -1),
    concat(fromHex("19001500"), new Uint8Array(20), Uint8Array.of(1)),
  ];
  for (const siblings of cases) assert.throws(() => prove({ ...p, siblings }, new Uint8Array(20)), NotCanonical, hex(siblings));
  assert.equal(prove({ ...p, siblings: fromHex("04000000") }, new Uint8Array(20)).weight > 0n, true);
});
