import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, hex } from "../src/bytes.ts";
import { random } from "./repo.ts";
import { type Vector, checkOf, directories, judge, judgeDirectory, vectorsOf } from "./vectors.ts";

const archives = vectorsOf("archives.json").vectors;
const receipts = vectorsOf("receipts.json").vectors;

test("there are vectors of both kinds", () => {
  assert.ok(archives.filter((v) => v.fails).length >= 200);
  assert.ok(receipts.filter((v) => v.fails).length >= 80);
  for (const v of [...archives, ...receipts]) assert.notEqual(v.fails === undefined, v.accepts === undefined, v.name);
});

for (const vector of archives.filter((v) => v.accepts)) {
  test(`the archive ${vector.name} is accepted: ${vector.accepts?.about}`, async () => {
    const v = await judge(vector.name, vector.bytes, vector.anchor);
    if (v.error !== undefined) throw v.error;
    const c = v.outcome?.closing ?? assert.fail();
    const { about } = vector.accepts ?? assert.fail();
    const got = { about, cid: v.outcome?.cid, voters: c.voters, votes: c.records, overwritten: c.overwritten, weight: c.weight, tally: c.tally };
    assert.deepEqual(got, vector.accepts);
    assert.ok(v.trusted);
    for (const line of v.checks) assert.notEqual(line.status, "failed");
  });
}

for (const vector of receipts.filter((v) => v.accepts)) {
  test(`the document ${vector.name} is accepted: ${vector.accepts?.about}`, async () => {
    const v = await judge(vector.name, vector.bytes, vector.anchor);
    if (v.error !== undefined) throw v.error;
    assert.ok(v.trusted && v.shown);
  });
}

for (const [what, vectors] of [["archive", archives], ["document", receipts]] as const) {
  test(`every ${what} with an altered field is refused with its number`, async () => {
    const wrong: string[] = [];
    for (const vector of vectors.filter((v) => v.fails)) {
      const got = checkOf(await judge(vector.name, vector.bytes, vector.anchor));
      if (got !== vector.fails) wrong.push(`${vector.name}: ${got}, not ${vector.fails}`);
    }
    assert.deepEqual(wrong, []);
  });
}

test("an archive of a chain is not judged, unless it is broken before that shows", async () => {
  const chains = vectorsOf("chains.json").vectors;
  assert.ok(chains.length > 100);
  let unjudged = 0;
  for (const vector of chains) {
    const got = checkOf(await judge(vector.name, vector.bytes, vector.anchor));
    if (/does not check archives of whole chains/.test(got)) unjudged++;
    else assert.equal(got, vector.fails, vector.name);
  }
  assert.ok(unjudged > 90);
});

const tiles = directories();

for (const vector of tiles.vectors.filter((v) => v.accepts)) {
  test(`the directory ${vector.name} is accepted: ${vector.accepts?.about}`, async () => {
    const v = await judgeDirectory(vector.files, { genesis: tiles.genesis });
    if (v.error !== undefined) throw v.error;
    assert.ok(v.trusted);
    assert.equal(v.checks.find((c) => c.id === "V46")?.items, vector.accepts?.size);
    assert.ok(hex(v.shown?.document.claims[0]?.value ?? new Uint8Array(0)).includes(vector.accepts?.root ?? "none"));
  });
}

test("every directory with an altered file is refused with its number", async () => {
  const wrong: string[] = [];
  const altered = tiles.vectors.filter((v) => v.fails);
  assert.ok(altered.length > 20);
  for (const vector of altered) {
    const got = checkOf(await judgeDirectory(vector.files, { genesis: tiles.genesis }));
    if (got !== vector.fails) wrong.push(`${vector.name}: ${got}, not ${vector.fails}`);
  }
  assert.deepEqual(wrong, []);
});

test("how a file comes in pieces changes nothing", async () => {
  for (const vector of archives.filter((v) => v.accepts)) {
    for (const piece of [1, 100]) assert.equal(checkOf(await judge(vector.name, vector.bytes, vector.anchor, piece)), "accepted");
  }
});

/** broken is a file with one thing changed at random. */
function broken(good: Uint8Array, below: (n: number) => number): Uint8Array {
  const at = below(good.length);
  const changed = (middle: Uint8Array, rest: number): Uint8Array => concat(good.subarray(0, at), middle, good.subarray(rest));
  switch (below(5)) {
    case 0:
      return changed(Uint8Array.of((good[at] as number) ^ (1 << below(8))), at + 1);
    case 1:
      return changed(new Uint8Array(0), at + 1 + below(40));
    case 2:
      return changed(Uint8Array.from({ length: 1 + below(40) }, () => below(256)), at);
    case 3:
      return good.slice(0, at);
    default: {
      const from = below(good.length);
      return changed(good.subarray(from, from + 10), at + 10);
    }
  }
}

/** aboutAnother tells whether a proof that somebody has not voted became one about
 * somebody else, which is as true. */
const aboutAnother = (a: Awaited<ReturnType<typeof judge>>, b: typeof a): boolean => {
  const [x, y] = [a.shown?.document.notVoted, b.shown?.document.notVoted];
  return x !== undefined && y !== undefined && hex(x.nullifier) !== hex(y.nullifier);
};

async function breakAll(vectors: readonly Vector[], times: number, seed: number): Promise<number> {
  const next = random(seed);
  const below = (n: number): number => Math.floor(next() * n);
  let tried = 0;
  for (const vector of vectors.filter((v) => v.accepts)) {
    const good = await judge(vector.name, vector.bytes, vector.anchor);
    for (let i = 0; i < times; i++) {
      const b = broken(vector.bytes, below);
      if (Buffer.compare(b, vector.bytes) === 0) continue;
      const v = await judge(vector.name, b, vector.anchor);
      if (v.error === undefined && aboutAnother(good, v)) continue;
      assert.match(checkOf(v), /^V[0-9][0-9]$/, `${vector.name}, change ${i}`);
      tried++;
    }
  }
  return tried;
}

test("no archive with a random change is accepted", async () => assert.ok((await breakAll(archives, 150, 5)) > 1000));
test("no directory of tiles with a random change is accepted", async () => {
  const next = random(8);
  const below = (n: number): number => Math.floor(next() * n);
  let tried = 0;
  for (const vector of tiles.vectors.filter((v) => v.accepts)) {
    for (const [path, good] of vector.files) {
      if (path === "checkpoint") continue; // its signature needs a key
      for (let i = 0; i < 25; i++) {
        const b = broken(good, below);
        if (Buffer.compare(b, good) === 0) continue;
        const v = await judgeDirectory(new Map([...vector.files, [path, b]]), { genesis: tiles.genesis });
        assert.match(checkOf(v), /^V[0-9][0-9]$/, `${vector.name}, ${path}, change ${i}`);
        tried++;
      }
    }
  }
  assert.ok(tried > 120);
});
test("no document with a random change is accepted", async () => assert.ok((await breakAll(receipts, 100, 6)) > 1000));
