import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, concat, hex, utf8 } from "../src/bytes.ts";
import { readCensusFile } from "../src/censusfile.ts";
import { NotCanonical } from "../src/codec.ts";
import { blake2b256 } from "../src/hash.ts";
import { fromHex, once, random, readJSON } from "./repo.ts";

interface RecordedCensus {
  root: string;
  members: { address: string; weight: string }[];
}

const censuses = readJSON<RecordedCensus[]>("census/tree/testdata/recorded_censuses.json");
const pause = async (): Promise<void> => {};

const weightBytes = (w: bigint): Uint8Array => Uint8Array.from({ length: 32 }, (_, i) => Number((w >> BigInt(8 * i)) & 0xffn));

interface Member {
  key: Uint8Array;
  value: Uint8Array;
}

const memberOf = (address: Uint8Array, weight: bigint): Member => ({ key: blake2b256(address).subarray(0, 20), value: weightBytes(weight) });
const recordOf = (m: Member): Uint8Array => concat(Uint8Array.of(20, 32, 0), m.key, m.value);
const bit = (key: Uint8Array, level: number): number => ((key[level >> 3] as number) >> (level & 7)) & 1;
const path = (m: Member): string => Array.from({ length: 160 }, (_, i) => bit(m.key, i)).join("");
const inOrder = (list: Member[]): Member[] => [...list].sort((a, b) => (path(a) < path(b) ? -1 : 1));

/** rootOf is the definition of encoding.md section 8, word by word. */
function rootOf(list: Member[], level = 0): Uint8Array {
  const only = list[0];
  if (!only) return new Uint8Array(32);
  if (list.length === 1) return blake2b256(only.key, only.value, Uint8Array.of(1));
  const half = (side: number): Uint8Array => rootOf(list.filter((m) => bit(m.key, level) === side), level + 1);
  return blake2b256(half(0), half(1));
}

/** frame puts bytes into a zstd frame of raw blocks. */
function frame(b: Uint8Array, window = 0x58): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let i = 0; i < b.length || i === 0; i += 100_000) {
    const piece = b.subarray(i, i + 100_000);
    const head = (piece.length << 3) | (i + 100_000 >= b.length ? 1 : 0);
    blocks.push(Uint8Array.of(head & 0xff, (head >> 8) & 0xff, head >> 16), piece);
  }
  return concat(Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, window), ...blocks);
}

const fileOf = (root: Uint8Array, zipped: Uint8Array): string => `{"type":1,"rootHash":"${hex(root)}","data":"${base64(zipped)}","maxLevels":160}`;
const readFile = (file: string, size?: number) => readCensusFile(once(utf8(file), size), pause);

test("recorded censuses have their roots", async () => {
  for (const c of censuses) {
    const members = inOrder(c.members.map((m) => memberOf(fromHex(m.address), BigInt(m.weight))));
    const dump = concat(...members.map(recordOf));
    for (const size of [1, 7, 100_000]) {
      const got = await readFile(fileOf(fromHex(c.root), frame(dump)), size);
      assert.equal(hex(got.root), c.root);
      assert.equal(got.members, members.length);
    }
  }
});

test("censuses of any size have the root of the definition", async () => {
  const next = random(4);
  for (const n of [0, 1, 2, 3, 4, 5, 10, 33, 100, 2500]) {
    const members = inOrder(Array.from({ length: n }, (_, i) => memberOf(Uint8Array.from({ length: 20 }, () => next() * 256), BigInt(i + 1))));
    const root = rootOf(members);
    const got = await readFile(fileOf(root, frame(concat(...members.map(recordOf)))));
    assert.equal(hex(got.root), hex(root));
    assert.equal(got.weight, (BigInt(n) * BigInt(n + 1)) / 2n);
  }
});

test("members whose paths run together for long have the root of the definition", async () => {
  const key = (...bits: number[]): Uint8Array => Uint8Array.from({ length: 20 }, (_, i) => bits.reduce((v, b) => (b >> 3 === i ? v | (1 << (b & 7)) : v), 0));
  const value = weightBytes(1n);
  const keys = [key(), key(159), key(158), key(158, 159), key(80), key(80, 159), key(0), key(0, 1), key(0, 1, 150)];
  const members = inOrder(keys.map((k) => ({ key: k, value })));
  for (let n = 1; n <= members.length; n++) {
    for (let skip = 0; skip < n; skip++) {
      const some = members.slice(skip, n);
      const root = rootOf(some);
      assert.equal(hex((await readFile(fileOf(root, frame(concat(...some.map(recordOf)))))).root), hex(root));
    }
  }
});

test("another form of the file is refused", async () => {
  const members = inOrder([1, 2, 3].map((i) => memberOf(Uint8Array.of(i, ...new Uint8Array(19)), BigInt(i))));
  const dump = concat(...members.map(recordOf));
  const root = rootOf(members);
  const good = fileOf(root, frame(dump));
  await readFile(good);
  const [a, b, c] = members.map(recordOf) as [Uint8Array, Uint8Array, Uint8Array];
  const dumps = [
    concat(b, a, c),
    concat(a, b, b, c),
    concat(a, b, c, c),
    dump.subarray(1),
    dump.subarray(0, -1),
    concat(dump, Uint8Array.of(0)),
    concat(Uint8Array.of(19), dump.subarray(1)),
    concat(dump.subarray(0, 1), Uint8Array.of(31), dump.subarray(2)),
    recordOf(memberOf(new Uint8Array(20), 0n)),
    recordOf(memberOf(new Uint8Array(20), 1n << 128n)),
  ];
  const files = [
    ...dumps.map((d) => fileOf(root, frame(d))),
    "",
    "{}",
    good + " ",
    " " + good,
    good.slice(0, -1),
    good.slice(0, 150),
    good.replace('"type":1', '"type":2'),
    good.replace("160}", "161}"),
    good.replace(hex(root), hex(root).toUpperCase()),
    good.replace(hex(root), "00".repeat(32)),
    good.replace('","maxLevels', '=","maxLevels'),
    good.replace('"data":"', '"data":"\n'),
    fileOf(root, frame(dump).subarray(0, -1)),
    fileOf(root, concat(frame(dump), Uint8Array.of(1, 2, 3, 4, 5, 6))),
    fileOf(root, frame(dump, 0x70)),
    fileOf(root, dump),
  ];
  for (const file of files) await assert.rejects(readFile(file), NotCanonical, file);
});

test("a frame that asks for much memory is refused before it gets it", async () => {
  const frames = ["28b52ffd00ff", "28b52ffde0ffffffffffffff7f", "28b52ffda0ffffffff", "28b52ffd0101"];
  for (const f of frames) await assert.rejects(readFile(fileOf(new Uint8Array(32), concat(fromHex(f), new Uint8Array(30)))), NotCanonical);
});

const streamOf = (root: Uint8Array, members: Member[], count = members.length): Uint8Array =>
  concat(
    utf8("urna-census-1\n"),
    root,
    Uint8Array.from({ length: 8 }, (_, i) => Number((BigInt(count) >> BigInt(8 * i)) & 0xffn)),
    ...members.map((m) => {
      let width = 32;
      while (width > 0 && m.value[width - 1] === 0) width--;
      return concat(m.key, Uint8Array.of(width), m.value.subarray(0, width));
    }),
  );
const readStream = (file: Uint8Array, size?: number) => readCensusFile(once(file, size), pause);

test("streams of members have the root of the definition", async () => {
  const next = random(5);
  for (const n of [1, 2, 3, 33, 1000]) {
    const members = inOrder(Array.from({ length: n }, (_, i) => memberOf(Uint8Array.from({ length: 20 }, () => next() * 256), 1n << BigInt((i * 7) % 128))));
    for (const size of [1, 7, 100_000]) {
      const got = await readStream(streamOf(rootOf(members), members), size);
      assert.equal(hex(got.root), hex(rootOf(members)));
      assert.equal(got.members, n);
    }
  }
});

test("streams of another form are refused", async () => {
  const members = inOrder([1, 2, 3].map((i) => memberOf(Uint8Array.of(i), BigInt(i))));
  const root = rootOf(members);
  const good = streamOf(root, members);
  const head = 14 + 32 + 8;
  const one = 22;
  const bent = (at: number, to: number): Uint8Array => good.map((c, i) => (i === at ? to : c));
  const [a, b, c] = members as [Member, Member, Member];
  for (const [name, file] of Object.entries({
    "another version": bent(12, 0x32),
    "another root": streamOf(root.map((x) => x ^ 1), members),
    "a member more": streamOf(root, members, 4),
    "a member less": streamOf(root, members, 2),
    "countless members": bent(head - 1, 1),
    "cut off": good.subarray(0, -1),
    "cut off in the head": good.subarray(0, 40),
    "a byte more": concat(good, Uint8Array.of(0)),
    "no weight": bent(head + one - 2, 0),
    "a wide weight": bent(head + one - 2, 17),
    "a weight of zero": bent(head + one - 1, 0),
    "another weight": bent(head + one - 1, 200),
    "a member twice": streamOf(root, [a, a, b]),
    "out of order": streamOf(root, [b, a, c]),
  }))
    await assert.rejects(readStream(file), NotCanonical, name);
});
