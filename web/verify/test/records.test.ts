import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex, utf8 } from "../src/bytes.ts";
import { NotCanonical, read } from "../src/codec.ts";
import { checkRecord, electionId, encodeVoteRecord, nullifierOf, readVoteRecord } from "../src/records.ts";
import { readTally } from "../src/ballot.ts";
import { fromHex, readText } from "./repo.ts";

const golden = readText("state/testdata/records.golden")
  .trim()
  .split("\n")
  .map((line) => line.split(" ") as [string, string])
  .map(([name, value]) => ({ name, value: fromHex(value) }));

const zeros = (n: number): Uint8Array => new Uint8Array(n);
const keys: Record<string, Uint8Array> = {
  params: utf8("p"),
  mark: utf8("b"),
  account: concat(utf8("a"), zeros(20)),
  settings: concat(utf8("e"), zeros(32)),
  stage: concat(utf8("s"), zeros(32)),
  issuer: concat(utf8("i"), zeros(32)),
  log: concat(utf8("l"), zeros(32)),
  tally: concat(utf8("t"), zeros(32)),
  result: concat(utf8("r"), zeros(32)),
  sealing: concat(utf8("n"), zeros(32)),
  validator: concat(utf8("v"), zeros(20)),
  uptime: concat(utf8("u"), zeros(20)),
  number: concat(utf8("f"), zeros(28)),
  nothing: concat(utf8("q"), zeros(8), Uint8Array.of(1), zeros(32)),
};

test("every golden record is canonical, and nothing longer or shorter is", () => {
  const seen = new Set<string>();
  for (const { name, value } of golden) {
    const kind = name.split("-")[0] as string;
    if (kind === "vote") continue;
    const key = keys[kind] ?? assert.fail(`no key for ${name}`);
    seen.add(kind);
    checkRecord(key, value);
    checkRecord(key, value); // a reader that remembers something would differ
    checkRecord(key, undefined);
    assert.throws(() => checkRecord(key, concat(value, zeros(1))), NotCanonical, name);
    assert.throws(() => checkRecord(key, value.subarray(0, -1)), NotCanonical, name);
    assert.throws(() => checkRecord(key, concat(Uint8Array.of(2), value.subarray(1))), NotCanonical, name);
    assert.throws(() => checkRecord(concat(key, zeros(1)), value), NotCanonical, name);
  }
  assert.deepEqual([...seen].sort(), Object.keys(keys).sort());
});

test("what is no key has no record", () => {
  for (const key of [zeros(0), utf8("?"), utf8("a"), utf8("px"), concat(utf8("q"), zeros(8), Uint8Array.of(4), zeros(32))]) {
    assert.throws(() => checkRecord(key, Uint8Array.of(1)), NotCanonical);
  }
});

test("a vote record is written as it was read", () => {
  const { value } = golden.find((g) => g.name === "vote") ?? assert.fail();
  const v = read(value, readVoteRecord);
  assert.equal(hex(encodeVoteRecord(v)), hex(value));
  assert.deepEqual([v.weight, v.replaces, v.overwrites, v.height], [300n, 129n, 2, 2n ** 20n]);
  for (const spoiled of [{ ...v, weight: 0n }, { ...v, weight: 2n ** 128n }, { ...v, replaces: 0n }, { ...v, overwrites: 0 }]) {
    assert.throws(() => read(encodeVoteRecord(spoiled), readVoteRecord), NotCanonical);
  }
});

test("a tally is written as it was read", () => {
  const { value } = golden.find((g) => g.name === "tally") ?? assert.fail();
  assert.equal(hex(read(value, readTally).encode()), hex(value));
});

test("ids and nullifiers are those of the specification", () => {
  const rules = { maxCount: 1, maxValue: 1, maxVoteOverwrites: 0, maxTotalCost: 0, costExponent: 0, uniqueValues: false, costFromWeight: false };
  const organisation = fromHex("b4ca5eaa234726f33e364c31e7841b41fc454650");
  const id = electionId("vocdoni/TEST/1", { organisation, censusOrigin: 2, anonymous: false, encrypted: false, rules, index: 0 });
  assert.equal(hex(id), "64c1b8069b5bb4ca5eaa234726f33e364c31e7841b41fc454650020000000000");
  const nullifier = nullifierOf(fromHex("c51a2f095c944679f04ba5d28387dfbed4c7907e"), id);
  assert.equal(hex(nullifier), "05c3a9115a425787267da72962407e617fc271c60141a71f82d1131b47c5c20d");
  const modes = { organisation, censusOrigin: 1, anonymous: true, encrypted: true, index: 258 };
  const all = electionId("x", { ...modes, rules: { ...rules, uniqueValues: true, costFromWeight: true } });
  assert.equal(hex(all.subarray(26)), "011e00000102");
});
