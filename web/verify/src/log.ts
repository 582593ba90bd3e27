// Merkle trees of RFC 6962 over SHA-256: roots of lists, roots of lists that are
// too long to hold, and proofs of inclusion.

import type { Bytes } from "./bytes.ts";
import { equal } from "./bytes.ts";
import { sha256 } from "./hash.ts";

const zero = Uint8Array.of(0);
const one = Uint8Array.of(1);

/** leafHash is the hash of an entry. */
export const leafHash = (entry: Bytes): Bytes => sha256(zero, entry);

/** innerHash is the hash of a node with two children. */
export const innerHash = (left: Bytes, right: Bytes): Bytes => sha256(one, left, right);

/** emptyRoot is the root of no entries. */
export const emptyRoot: Bytes = sha256();

/** merkleRoot is MTH of the entries. */
export function merkleRoot(entries: readonly Bytes[]): Bytes {
  const t = new Tree();
  for (const e of entries) t.add(leafHash(e));
  return t.root();
}

/** Tree adds up leaf hashes in order and holds only the largest full subtrees. */
export class Tree {
  private readonly full: (Bytes | undefined)[] = []; // by height
  size = 0;

  add(hash: Bytes): void {
    let node = hash;
    let height = 0;
    for (; ; height++) {
      const left = this.full[height];
      if (left === undefined) break;
      node = innerHash(left, node);
      this.full[height] = undefined;
    }
    this.full[height] = node;
    this.size++;
  }

  root(): Bytes {
    let root: Bytes | undefined;
    for (const node of this.full) if (node) root = root ? innerHash(node, root) : node;
    return root ?? emptyRoot;
  }
}

/** included tells whether hashes are the inclusion proof of an entry's hash at a
 * position of the tree with this size and root (RFC 9162, section 2.1.3.2). */
export function included(hash: Bytes, position: bigint, size: bigint, hashes: readonly Bytes[], root: Bytes): boolean {
  if (position >= size) return false;
  let fn = position;
  let sn = size - 1n;
  let node = hash;
  for (const h of hashes) {
    if (sn === 0n || h.length !== 32) return false;
    if ((fn & 1n) === 1n || fn === sn) {
      node = innerHash(h, node);
      while ((fn & 1n) === 0n && fn !== 0n) {
        fn >>= 1n;
        sn >>= 1n;
      }
    } else {
      node = innerHash(node, h);
    }
    fn >>= 1n;
    sn >>= 1n;
  }
  return sn === 0n && equal(node, root);
}
