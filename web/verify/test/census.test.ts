import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex } from "../src/bytes.ts";
import { prove, readCensus } from "../src/census.ts";
import { NotCanonical } from "../src/codec.ts";
import { blake2b256 } from "../src/hash.ts";
import { fromHex, once, random, readJSON } from "./repo.ts";

interface RecordedProof {
  address: string;
  root: string;
  siblings: string;
  value: string;
  weight: string;
}

interface RecordedCensus {
  root: string;
  members: { address: string; weight: string }[];
  dump?: string;
}

const none = new Uint8Array(0);
const proofs = readJSON<RecordedProof[]>("census/testdata/recorded_proofs.json");
const censuses = readJSON<RecordedCensus[]>("census/tree/testdata/recorded_censuses.json");
const proofOf = (p: RecordedProof) => ({ type: 0n, siblings: fromHex(p.siblings), availableWeight: fromHex(p.value), keyType: 0n, voteWeight: none });
const pause = async (): Promise<void> => {};

function weightBytes(w: bigint, n = 32): Uint8Array {
  return Uint8Array.from({ length: n }, (_, i) => Number((w >> BigInt(8 * i)) & 0xffn));
}

function member(address: Uint8Array, weight: bigint): Uint8Array {
  return concat(Uint8Array.of(20, 32, 0), blake2b256(address).subarray(0, 20), weightBytes(weight));
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

test("recorded censuses have their roots, in any order of their members", async () => {
  const next = random(3);
  for (const c of censuses) {
    const members = c.members.map((m) => member(fromHex(m.address), BigInt(m.weight)));
    for (let i = 0; i < 3; i++) {
      members.sort(() => next() - 0.5);
      const dump = concat(...members);
      const got = await readCensus(once(dump, 100), BigInt(dump.length), members.length, pause);
      assert.equal(hex(got.root), c.root);
      assert.equal(got.members, members.length);
    }
  }
});

test("a large census has the root to which the proofs of its members lead", async () => {
  const next = random(4);
  const addresses = Array.from({ length: 3000 }, () => Uint8Array.from({ length: 20 }, () => next() * 256));
  const dump = concat(...addresses.map((a, i) => member(a, BigInt(i + 1))));
  let pauses = 0;
  const got = await readCensus(once(dump, 4096), BigInt(dump.length), 5000, async () => void pauses++);
  assert.ok(pauses > 5);
  // The definition of section 8, word by word.
  const bit = (key: Uint8Array, level: number): number => ((key[level >> 3] as number) >> (level & 7)) & 1;
  const leaves = addresses.map((a, i) => ({ key: blake2b256(a).subarray(0, 20), value: weightBytes(BigInt(i + 1)) }));
  const node = (list: typeof leaves, level: number): Uint8Array => {
    const only = list[0];
    if (!only) return new Uint8Array(32);
    if (list.length === 1) return blake2b256(only.key, only.value, Uint8Array.of(1));
    return blake2b256(node(list.filter((l) => bit(l.key, level) === 0), level + 1), node(list.filter((l) => bit(l.key, level) === 1), level + 1));
  };
  assert.equal(hex(got.root), hex(node(leaves, 0)));
  assert.equal(got.weight, (3000n * 3001n) / 2n);
});

test("a census file has one form of a member, each once, and no more than allowed", async () => {
  const a = member(new Uint8Array(20), 1n);
  const b = member(Uint8Array.of(1, ...new Uint8Array(19)), 2n);
  const bad: [Uint8Array, number][] = [
    [concat(a, b), 1],
    [concat(a, b, a), 9],
    [a.subarray(1), 9],
    [concat(Uint8Array.of(19), a.subarray(1)), 9],
    [concat(a.subarray(0, 1), Uint8Array.of(31), a.subarray(2)), 9],
    [member(new Uint8Array(20), 0n), 9],
    [member(new Uint8Array(20), 1n << 128n), 9],
  ];
  for (const [dump, limit] of bad) {
    await assert.rejects(readCensus(once(dump), BigInt(dump.length), limit, pause), NotCanonical);
  }
  const empty = await readCensus(once(none), 0n, 0, pause);
  assert.equal(hex(empty.root), "00".repeat(32));
});
