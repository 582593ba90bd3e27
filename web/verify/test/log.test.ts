import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, utf8 } from "../src/bytes.ts";
import { Tree, emptyRoot, included, innerHash, leafHash, merkleRoot } from "../src/log.ts";

// The definitions of RFC 6962, section 2.1, word by word.
function mth(entries: Uint8Array[]): Uint8Array {
  if (entries.length === 0) return emptyRoot;
  if (entries.length === 1) return leafHash(entries[0] as Uint8Array);
  const k = split(entries.length);
  return innerHash(mth(entries.slice(0, k)), mth(entries.slice(k)));
}

function path(m: number, entries: Uint8Array[]): Uint8Array[] {
  if (entries.length <= 1) return [];
  const k = split(entries.length);
  return m < k ? [...path(m, entries.slice(0, k)), mth(entries.slice(k))] : [...path(m - k, entries.slice(k)), mth(entries.slice(0, k))];
}

function split(n: number): number {
  let k = 1;
  while (2 * k < n) k *= 2;
  return k;
}

const entries = Array.from({ length: 40 }, (_, i) => utf8(`entry ${i}`));

test("the root of nothing is the hash of nothing", () => {
  assert.equal(hex(merkleRoot([])), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

test("roots are those of the definition", () => {
  const t = new Tree();
  for (let n = 0; n <= entries.length; n++) {
    assert.equal(hex(merkleRoot(entries.slice(0, n))), hex(mth(entries.slice(0, n))));
    assert.equal(hex(t.root()), hex(mth(entries.slice(0, n))));
    if (n < entries.length) t.add(leafHash(entries[n] as Uint8Array));
  }
});

test("an inclusion proof is accepted for its own place only", () => {
  for (let n = 1; n <= entries.length; n += 3) {
    const some = entries.slice(0, n);
    const root = mth(some);
    for (let m = 0; m < n; m++) {
      const proof = path(m, some);
      const leaf = leafHash(some[m] as Uint8Array);
      for (let at = 0; at <= n; at++) assert.equal(included(leaf, BigInt(at), BigInt(n), proof, root), at === m, `${m} of ${n} at ${at}`);
      assert.ok(!included(leafHash(utf8("other")), BigInt(m), BigInt(n), proof, root));
      assert.ok(!included(leaf, BigInt(m), BigInt(n), [...proof, root], root));
      if (proof.length > 0) assert.ok(!included(leaf, BigInt(m), BigInt(n), proof.slice(1), root));
      if (proof.length > 0) assert.ok(!included(leaf, BigInt(m), BigInt(n), [...proof.slice(0, -1), (proof.at(-1) as Uint8Array).subarray(1)], root));
    }
  }
  assert.ok(!included(leafHash(utf8("x")), 0n, 0n, [], emptyRoot));
});
