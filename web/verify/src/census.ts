// Censuses: docs/spec/encoding.md section 8. Proofs of membership, and the file in
// which a census is published.

import { type Bytes, compare, equal, isZero } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { blake2b256 } from "./hash.ts";
import { Stream } from "./stream.ts";
import type { Input } from "./stream.ts";

const keyLength = 20;
const recordLength = 1 + 2 + keyLength + 32;
const empty: Bytes = new Uint8Array(32);
const leafMark = Uint8Array.of(1);

/** Proof shows that a voter is a member; its fields are those of the wire. */
export interface Proof {
  readonly type: bigint;
  readonly siblings: Bytes;
  readonly availableWeight: Bytes;
  readonly keyType: bigint;
  readonly voteWeight: Bytes;
}

const bit = (key: Bytes, level: number): number => ((key[level >> 3] as number) >> (level & 7)) & 1;

/** prove is where a proof leads for a voter, and the weight of the vote. It throws
 * NotCanonical if the proof is none. */
export function prove(p: Proof, voter: Bytes): { root: Bytes; weight: bigint } {
  if (p.type !== 0n) throw new NotCanonical("a proof of another type");
  if (p.keyType > 1n) throw new NotCanonical("a key of another type");
  if (p.availableWeight.length !== 32) throw new NotCanonical("the available weight has not 32 bytes");
  const available = weightOf(p.availableWeight);
  const weight = p.voteWeight.length === 0 ? available : weightOf(p.voteWeight);
  if (weight > available) throw new NotCanonical("the vote weighs more than its voter");
  const [bitmap, siblings] = unpack(p.siblings);
  const key = blake2b256(voter).subarray(0, keyLength);
  let node = blake2b256(key, p.availableWeight, leafMark);
  let end = siblings.length;
  let depth = 8 * bitmap.length;
  while (depth > 0 && bit(bitmap, depth - 1) === 0) depth--;
  for (let level = depth - 1; level >= 0; level--) {
    let sibling = empty;
    if (bit(bitmap, level) === 1) {
      sibling = siblings.subarray(end - 32, end);
      end -= 32;
    }
    node = bit(key, level) === 1 ? blake2b256(sibling, node) : blake2b256(node, sibling);
  }
  return { root: node, weight };
}

/** weightOf reads a weight, little-endian, above zero and below 2^128. */
function weightOf(b: Bytes): bigint {
  const v = b.reduceRight((sum, c) => (sum << 8n) | BigInt(c), 0n);
  if (b.length > 32 || v === 0n || v >> 128n !== 0n) throw new NotCanonical("a weight that is zero or too large");
  return v;
}

function unpack(packed: Bytes): [bitmap: Bytes, siblings: Bytes] {
  const u16 = (at: number): number => (packed[at] as number) | ((packed[at + 1] as number) << 8);
  if (packed.length < 4 || u16(0) !== packed.length) throw new NotCanonical("siblings of another length");
  const n = u16(2);
  if (n > keyLength || 4 + n > packed.length) throw new NotCanonical("a bitmap that is too long");
  const [bitmap, siblings] = [packed.subarray(4, 4 + n), packed.subarray(4 + n)];
  if (n > 0 && bitmap[n - 1] === 0) throw new NotCanonical("a bitmap that ends in zero");
  let count = 0;
  for (let i = 0; i < 8 * n; i++) count += bit(bitmap, i);
  if (siblings.length !== 32 * count) throw new NotCanonical("not as many siblings as bits");
  for (let i = 0; i < siblings.length; i += 32) if (isZero(siblings.subarray(i, i + 32))) throw new NotCanonical("a sibling of zeros");
  return [bitmap, siblings];
}

/** Census is what a census file says. */
export interface Census {
  readonly root: Bytes;
  readonly members: number;
  readonly weight: bigint; // of all members
}

/** readCensus reads a census file of at most limit members, in any order. It throws
 * NotCanonical. pause is awaited now and then. */
export async function readCensus(input: Input, size: bigint, limit: number, pause: () => Promise<void>): Promise<Census> {
  if (size % BigInt(recordLength) !== 0n) throw new NotCanonical("not a number of members");
  const count = Number(size / BigInt(recordLength));
  if (count > limit) throw new NotCanonical(`${count} members, more than ${limit}`);
  const keys = new Uint8Array(keyLength * count);
  const leaves = new Uint8Array(32 * count);
  const stream = new Stream(input);
  let total = 0n;
  for (let i = 0; i < count; i++) {
    const r = await stream.take(recordLength);
    if (r[0] !== keyLength || r[1] !== 32 || r[2] !== 0) throw new NotCanonical(`member ${i} has other lengths`);
    const [key, value] = [r.subarray(3, 3 + keyLength), r.subarray(3 + keyLength)];
    total += weightOf(value);
    keys.set(key, keyLength * i);
    leaves.set(blake2b256(key, value, leafMark), 32 * i);
    if (i % 512 === 0) await pause();
  }
  const root = await new Builder(keys, leaves, pause).root(count);
  return { root, members: count, weight: total };
}

/** Builder finds the root of the tree of many leaves. */
class Builder {
  constructor(
    private readonly keys: Bytes,
    private readonly leaves: Bytes,
    private readonly pause: () => Promise<void>,
  ) {}

  private key(i: number): Bytes {
    return this.keys.subarray(keyLength * i, keyLength * (i + 1));
  }

  private leaf(i: number): Bytes {
    return this.leaves.subarray(32 * i, 32 * (i + 1));
  }

  async root(count: number): Promise<Bytes> {
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    const path = (i: number): Bytes => this.key(i).map(reverse);
    if (!sortedBy(order, path)) order.sort((a, b) => compare(path(a), path(b)));
    for (let i = 1; i < count; i++) {
      if (equal(this.key(order[i - 1] as number), this.key(order[i] as number))) throw new NotCanonical("a member stands twice");
    }
    return this.node(order, 0);
  }

  /** node is the root of the subtree of these leaves. */
  private async node(order: Uint32Array, level: number): Promise<Bytes> {
    if (order.length <= 256) {
      await this.pause();
      return this.small(order, level);
    }
    const split = this.split(order, level);
    const left = await this.node(order.subarray(0, split), level + 1);
    return blake2b256(left, await this.node(order.subarray(split), level + 1));
  }

  private small(order: Uint32Array, level: number): Bytes {
    if (order.length === 0) return empty;
    if (order.length === 1) return this.leaf(order[0] as number);
    const split = this.split(order, level);
    return blake2b256(this.small(order.subarray(0, split), level + 1), this.small(order.subarray(split), level + 1));
  }

  /** split is how many of the leaves, which are sorted, go to the left. */
  private split(order: Uint32Array, level: number): number {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bit(this.key(order[middle] as number), level) === 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** reverse turns the bits of a byte around. */
function reverse(v: number): number {
  v = ((v & 0x55) << 1) | ((v >> 1) & 0x55);
  v = ((v & 0x33) << 2) | ((v >> 2) & 0x33);
  return ((v & 0x0f) << 4) | (v >> 4);
}

function sortedBy(order: Uint32Array, path: (i: number) => Bytes): boolean {
  for (let i = 1; i < order.length; i++) if (compare(path(i - 1), path(i)) > 0) return false;
  return true;
}
