// ICS-23 commitment proofs of IAVL trees: that a key has a value under a root, or
// that it has none. Of what ICS-23 can express only the shape that IAVL gives a
// proof is taken: a node is
//
//     leaf    SHA-256( 0 ‖ 1 ‖ version ‖ bytes key ‖ bytes SHA-256(value) )
//     inner   SHA-256( height ‖ size ‖ version ‖ 0x20 left ‖ 0x20 right )
//
// with numbers as signed varints (zigzag). The message must be the one encoding of
// what it says.

import { type Bytes, compare, concat, equal } from "./bytes.ts";
import { NotCanonical, lengthBytes, read } from "./codec.ts";
import { sha256 } from "./hash.ts";
import * as proto from "./protobuf.ts";

interface Inner {
  readonly prefix: Bytes;
  readonly suffix: Bytes;
}

interface Existence {
  readonly key: Bytes;
  readonly value: Bytes;
  readonly leaf: Bytes; // prefix
  readonly path: readonly Inner[]; // from the leaf to the root
}

const maxDepth = 128;

/** verifyExistence tells whether a proof shows that a key has a value. */
export function verifyExistence(proof: Bytes, root: Bytes, key: Bytes, value: Bytes): boolean {
  const m = new proto.Message(proof);
  const p = existence(m.bytes(1));
  m.done();
  if (!equal(encode(1, encodeExistence(p)), proof)) throw new NotCanonical("not the one encoding of the proof");
  return equal(p.key, key) && equal(p.value, value) && equal(rootOf(p), root);
}

/** verifyAbsence tells whether a proof shows that a key has no value. */
export function verifyAbsence(proof: Bytes, root: Bytes, key: Bytes): boolean {
  const outer = new proto.Message(proof);
  const m = new proto.Message(outer.bytes(2));
  outer.done();
  const named = m.bytes(1);
  const [left, right] = [m.present(2), m.present(3)].map((b) => b && existence(b));
  m.done();
  const again = concat(proto.bytes(1, named), left ? encode(2, encodeExistence(left)) : none, right ? encode(3, encodeExistence(right)) : none);
  if (!equal(encode(2, again), proof)) throw new NotCanonical("not the one encoding of the proof");
  if (!equal(named, key)) return false;
  if (left && !(compare(left.key, key) < 0 && equal(rootOf(left), root))) return false;
  if (right && !(compare(key, right.key) < 0 && equal(rootOf(right), root))) return false;
  if (left && right) return neighbours(left.path, right.path);
  if (left) return left.path.every(isRight);
  if (right) return right.path.every(isLeft);
  return false;
}

const none = new Uint8Array(0);
const encode = proto.always;

function existence(b: Bytes): Existence {
  let at = 0;
  const path: Inner[] = [];
  let [key, value, leaf]: [Bytes, Bytes, Bytes] = [none, none, none];
  for (const f of proto.fields(b)) {
    if (f.number < at || (f.number === at && at !== 4) || typeof f.value === "bigint") throw new NotCanonical("an existence proof");
    at = f.number;
    if (at === 1) key = f.value;
    else if (at === 2) value = f.value;
    else if (at === 3) leaf = leafPrefix(f.value);
    else if (at === 4) path.push(inner(f.value, path.length + 1));
    else throw new NotCanonical("an existence proof");
  }
  if (leaf.length === 0 || key.length === 0 || value.length === 0 || path.length > maxDepth) throw new NotCanonical("an existence proof");
  return { key, value, leaf, path };
}

// The operations of ICS-23 that IAVL uses: hash SHA-256, key as it is, value
// hashed with SHA-256, lengths as varints.
const leafOp = (prefix: Bytes): Bytes => concat(proto.number(1, 1), proto.number(3, 1), proto.number(4, 1), proto.bytes(5, prefix));
const innerOp = (i: Inner): Bytes => concat(proto.number(1, 1), proto.bytes(2, i.prefix), proto.bytes(3, i.suffix));

function encodeExistence(p: Existence): Bytes {
  return concat(
    proto.bytes(1, p.key),
    proto.bytes(2, p.value),
    encode(3, leafOp(p.leaf)),
    ...p.path.map((i) => encode(4, innerOp(i))),
  );
}

function leafPrefix(b: Bytes): Bytes {
  const prefix = new proto.Message(b).bytes(5);
  if (!equal(leafOp(prefix), b)) throw new NotCanonical("a leaf of another tree");
  read(prefix, (r) => {
    if (signed(r.uvarint()) !== 0n || signed(r.uvarint()) !== 1n) throw new NotCanonical("no leaf of IAVL");
    signed(r.uvarint());
  });
  return prefix;
}

function inner(b: Bytes, layer: number): Inner {
  const m = new proto.Message(b);
  const i = { prefix: m.bytes(2), suffix: m.bytes(3) };
  if (!equal(innerOp(i), b)) throw new NotCanonical("a node of another tree");
  read(i.prefix, (r) => {
    if (signed(r.uvarint()) < BigInt(layer)) throw new NotCanonical("a node stands too low");
    signed(r.uvarint()); // size
    signed(r.uvarint()); // version
    if (r.left === 1) {
      if (r.u8() !== 32 || i.suffix.length !== 33 || i.suffix[0] !== 32) throw new NotCanonical("no node of IAVL");
    } else if (r.u8() !== 32 || r.fixed(32).length !== 32 || r.u8() !== 32 || i.suffix.length !== 0) {
      throw new NotCanonical("no node of IAVL");
    }
  });
  return i;
}

/** signed undoes zigzag; IAVL has no negative numbers. */
function signed(v: bigint): bigint {
  if ((v & 1n) === 1n) throw new NotCanonical("a negative number");
  return v >> 1n;
}

function rootOf(p: Existence): Bytes {
  let node = sha256(p.leaf, lengthBytes(p.key), lengthBytes(sha256(p.value)));
  for (const i of p.path) node = sha256(i.prefix, node, i.suffix);
  return node;
}

/** isLeft tells whether the path comes from the left child of a node. */
const isLeft = (i: Inner): boolean => i.suffix.length > 0;
const isRight = (i: Inner): boolean => i.suffix.length === 0;

/** neighbours tells whether nothing stands between two leaves. */
function neighbours(left: readonly Inner[], right: readonly Inner[]): boolean {
  let [l, r] = [left.length - 1, right.length - 1];
  for (; l >= 0 && r >= 0; l--, r--) {
    const [a, b] = [left[l] as Inner, right[r] as Inner];
    if (!equal(a.prefix, b.prefix) || !equal(a.suffix, b.suffix)) {
      return isLeft(a) && isRight(b) && left.slice(0, l).every(isRight) && right.slice(0, r).every(isLeft);
    }
  }
  return false;
}
