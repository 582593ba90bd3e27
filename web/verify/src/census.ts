// Census trees and proofs of membership: docs/spec/encoding.md section 8. The file
// in which a census is published is in censusfile.ts.

import { type Bytes, isZero } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { blake2b256 } from "./hash.ts";

/** keyLength is how many bytes the key of a member has. */
export const keyLength = 20;

/** levels is how many levels a tree has. */
export const levels = 8 * keyLength;

/** empty is the hash of a subtree without members. */
export const empty: Bytes = new Uint8Array(32);

const leafMark = Uint8Array.of(1);

/** Proof shows that a voter is a member; its fields are those of the wire. */
export interface Proof {
  readonly type: bigint;
  readonly siblings: Bytes;
  readonly availableWeight: Bytes;
  readonly keyType: bigint;
  readonly voteWeight: Bytes;
}

/** bit is the direction of a path below a level; 1 is right. */
export const bit = (key: Bytes, level: number): number => ((key[level >> 3] as number) >> (level & 7)) & 1;

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
  let node = leafOf(key, p.availableWeight);
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

/** weightOf reads a weight, little-endian, above zero and below 2^128. It throws
 * NotCanonical. */
export function weightOf(b: Bytes): bigint {
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

/** leafOf is the hash of a member. */
export function leafOf(key: Bytes, value: Bytes): Bytes {
  return blake2b256(key, value, leafMark);
}
