import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex, utf8 } from "../src/bytes.ts";
import { NotCanonical, uvarint } from "../src/codec.ts";
import { parseCommit } from "../src/commit.ts";
import { addressOf } from "../src/hash.ts";
import { goodChainId, parseHeader, parseValidators, sorted, timestamp } from "../src/header.ts";
import * as proto from "../src/protobuf.ts";
import { secp256k1 } from "@noble/curves/secp256k1";
import * as forger from "./forger.ts";

const appHash = new Uint8Array(32).fill(1);

test("a header says what its leaves say", () => {
  const h = parseHeader(forger.leaves(8, appHash));
  assert.deepEqual([h.chainId, h.height, h.seconds, h.nanos, hex(h.appHash)], [forger.chainId, 8, 1_800_000_000n, 5, "01".repeat(32)]);
  assert.equal(parseHeader(forger.leaves(1, appHash)).lastHash.length, 0);
});

test("another encoding of a leaf is refused", () => {
  const [zero, one] = [Uint8Array.of(0), Uint8Array.of(1)];
  const hash = (n: number): Uint8Array => proto.bytes(1, new Uint8Array(n).fill(1));
  const cases: [number, Uint8Array][] = [
    [0, concat(proto.number(2, 1), proto.number(1, 11))], // out of order
    [0, concat(proto.number(1, 11), proto.number(2, 1), proto.number(3, 1))], // unknown
    [0, concat(Uint8Array.of(8), zero, proto.number(2, 1))], // a zero that stands there
    [0, concat(Uint8Array.of(8, 0x8b, 0), proto.number(2, 1))], // a longer number
    [1, proto.bytes(1, utf8(""))],
    [1, proto.bytes(1, utf8("a\nb"))],
    [1, proto.bytes(1, utf8("x".repeat(51)))],
    [2, new Uint8Array(0)],
    [2, proto.number(1, 2n ** 63n)],
    [3, timestamp(253_402_300_800n, 0)],
    [3, timestamp(1n, 1_000_000_000)],
    [3, proto.number(1, 2n ** 64n - 1n)],
    [4, Uint8Array.of(0x12, 0)], // no block before, at height 8
    [4, concat(hash(32), proto.always(2, proto.bytes(2, new Uint8Array(32))))], // no parts
    [4, hash(32)],
    [5, hash(31)],
    [6, new Uint8Array(0)],
    [7, hash(33)],
    [10, hash(20)],
    [13, hash(19)],
    [13, concat(one, zero)],
  ];
  for (const [i, leaf] of cases) assert.throws(() => parseHeader(forger.leaves(8, appHash, { [i]: leaf })), NotCanonical, `${i}: ${hex(leaf)}`);
  assert.throws(() => parseHeader(concat(forger.leaves(8, appHash), zero)), NotCanonical);
  assert.throws(() => parseHeader(forger.leaves(8, appHash).subarray(1)), NotCanonical);
});

test("names of chains need no escape", () => {
  for (const good of ["a", "urna/dev/1", "x".repeat(50), "!#$%'()*+,-./:;=?@[]^_`{|}~ "]) assert.ok(goodChainId(good), good);
  for (const bad of ["", "x".repeat(51), 'a"b', "a\\b", "a<b", "a>b", "a&b", "\u00e4", "a\tb", "\x7f"]) assert.ok(!goodChainId(bad), bad);
});

const keyOf = (n: number): Uint8Array => secp256k1.getPublicKey(new Uint8Array(32).fill(n), true);
const encode = (list: { key: Uint8Array; power: bigint }[]): Uint8Array => concat(uvarint(list.length), ...list.flatMap((v) => [v.key, uvarint(v.power)]));

test("a set of validators stands in its order", () => {
  const set = sorted([1, 2, 3, 4].map((n) => ({ key: keyOf(n), power: n === 3 ? 9n : 5n })));
  assert.equal(set.total, 24n);
  assert.equal(set.list[0]?.power, 9n);
  const list = [...set.list];
  assert.equal(hex(parseValidators(encode(list)).hash), hex(set.hash));
  const swapped = [list[0], list[2], list[1], list[3]].map((v) => v ?? assert.fail());
  const low = [...list].reverse();
  const twice = [list[0], list[0]].map((v) => v ?? assert.fail());
  const none = list.map((v, i) => (i === 3 ? { ...v, power: 0n } : v));
  const huge = list.map((v, i) => (i === 0 ? { ...v, power: 2n ** 60n - 15n } : v));
  const noKey = list.map((v, i) => (i === 0 ? { ...v, key: Uint8Array.of(2, ...new Uint8Array(32).fill(255)) } : v));
  for (const bad of [swapped, low, twice, none, huge, noKey, []]) assert.throws(() => parseValidators(encode(bad)), NotCanonical);
  assert.equal(parseValidators(encode(list.map((v, i) => (i === 0 ? { ...v, power: 2n ** 60n - 16n } : v)))).total, 2n ** 60n - 1n);
});

test("the address of a key is that of its account", () => {
  assert.equal(hex(addressOf(secp256k1.getPublicKey(new Uint8Array(32).fill(0, 0, 31).fill(1, 31), true)) ?? utf8("")), "7e5f4552091a69125d5dfcb7b8c2659029395bdf");
  assert.equal(addressOf(new Uint8Array(33)), undefined);
  assert.equal(addressOf(keyOf(1).subarray(1)), undefined);
});

test("a commit has one encoding", () => {
  const slot = concat(Uint8Array.of(1), uvarint(5), uvarint(6), new Uint8Array(65));
  const good = concat(uvarint(0), uvarint(1), new Uint8Array(32), uvarint(2), slot, Uint8Array.of(0));
  assert.deepEqual(parseCommit(good).slots.map((s) => s?.seconds), [5n, undefined]);
  const cases = [
    concat(good, Uint8Array.of(0)),
    good.subarray(0, -1),
    concat(uvarint(2 ** 31), good.subarray(1)),
    concat(good.subarray(0, 1), uvarint(2 ** 31), good.subarray(2)),
    concat(good.subarray(0, -1), Uint8Array.of(2)),
    concat(uvarint(0), uvarint(1), new Uint8Array(32), uvarint(1), Uint8Array.of(1), uvarint(253_402_300_800n), uvarint(6), new Uint8Array(65)),
    concat(uvarint(0), uvarint(1), new Uint8Array(32), uvarint(1), Uint8Array.of(1), uvarint(5), uvarint(1_000_000_000), new Uint8Array(65)),
    concat(uvarint(0), uvarint(1), new Uint8Array(32), uvarint(10_001)),
  ];
  for (const bad of cases) assert.throws(() => parseCommit(bad), NotCanonical, hex(bad));
});
