// Commits and signed headers: docs/spec/proofs.md sections 3 and 4.

import { type Bytes, concat, equal, hex, utf8 } from "./bytes.ts";
import { NotCanonical, read, uvarint } from "./codec.ts";
import { keccak256, keyOf } from "./hash.ts";
import { type Header, type Validators, maxParts, maxTime, timestamp } from "./header.ts";
import * as proto from "./protobuf.ts";
import { fail } from "./report.ts";

/** Slot is a validator's signature for a block. */
export interface Slot {
  readonly seconds: bigint;
  readonly nanos: number;
  readonly signature: Bytes; // r, s, v
}

/** Commit is what makes a block final. A validator who signed for no block, or for
 * another one, has no slot. */
export interface Commit {
  readonly round: number;
  readonly parts: number;
  readonly partsHash: Bytes;
  readonly slots: readonly (Slot | undefined)[];
}

const maxSlots = 10_000;
const max31 = 2 ** 31 - 1;

/** parseCommit reads a commit. It throws NotCanonical. */
export function parseCommit(b: Bytes): Commit {
  return read(b, (r) => {
    const [round, parts, partsHash] = [r.uint(max31), r.uint(Number(maxParts)), r.fixed(32)];
    const slots: (Slot | undefined)[] = [];
    for (let n = r.uint(maxSlots); n > 0; n--) {
      if (!r.bool()) {
        slots.push(undefined);
        continue;
      }
      const [seconds, nanos] = [r.uvarint(), r.uint(999_999_999)];
      if (seconds > maxTime) throw new NotCanonical("a signature after the year 9999");
      slots.push({ seconds, nanos, signature: r.fixed(65) });
    }
    return { round, parts, partsHash, slots };
  });
}

/** message is what the validator of a slot signed. */
export function message(h: Header, c: Commit, s: Slot): Bytes {
  const parts = concat(proto.number(1, c.parts), proto.bytes(2, c.partsHash));
  const body = concat(
    proto.number(1, 2),
    proto.sfixed64(2, h.height),
    proto.sfixed64(3, c.round),
    proto.always(4, concat(proto.bytes(1, h.hash), proto.always(2, parts))),
    proto.always(5, timestamp(s.seconds, s.nanos)),
    proto.bytes(6, utf8(h.chainId)),
  );
  return concat(uvarint(body.length), body);
}

/** Signed is a header with what makes it final. */
export interface Signed {
  readonly header: Header;
  readonly commit: Commit | undefined; // none at the checkpoint with which a trail begins
  readonly validators: Validators;
}

/** verifyValidators checks that a header's validators are those that it names. */
export function verifyValidators(s: Signed): void {
  if (!equal(s.validators.hash, s.header.validatorsHash)) {
    fail("V45", `header ${s.header.height} names other validators than those that stand with it`);
  }
}

/** Signature is a signature over a hash. */
export interface Signature {
  readonly hash: Bytes;
  readonly signature: Bytes;
}

/** signatures are those of a commit, in the order of its slots. */
export function signatures(h: Header, c: Commit | undefined): Signature[] {
  return (c?.slots ?? []).flatMap((s) => (c && s ? [{ hash: keccak256(message(h, c, s)), signature: s.signature }] : []));
}

/** keysOf are the keys to which signatures lead; undefined for those that are nobody's.
 * It is most of the work of checking a commit. */
export function keysOf(list: readonly Signature[]): (Bytes | undefined)[] {
  return list.map((s) => keyOf(s.hash, s.signature));
}

/** verifySigned checks that a signed header is valid (V22, V45), keys being those of its
 * signatures, and returns how many these are. Whether its validators are the chain's is
 * another question. */
export function verifySigned(s: Signed, keys: readonly (Bytes | undefined)[]): number {
  verifyValidators(s);
  const { header: h, commit: c, validators: vs } = s;
  if (!c) return fail("V22", `header ${h.height} has no commit`);
  if (c.slots.length !== vs.list.length) fail("V22", `header ${h.height}: ${c.slots.length} slots for ${vs.list.length} validators`);
  let [power, next] = [0n, 0];
  vs.list.forEach((v, i) => {
    if (!c.slots[i]) return;
    const key = keys[next++];
    if (!key || !equal(key, v.key)) fail("V22", `header ${h.height}: a signature is not that of validator ${hex(v.key)}`);
    power += v.power;
  });
  if (power * 3n <= vs.total * 2n) fail("V22", `header ${h.height} is signed by ${power} of ${vs.total}, which is not more than two thirds`);
  return next;
}

/** powerOf is what the signers of a valid header hold in another set. */
export function powerOf(s: Signed, set: Validators): bigint {
  const signers = new Set(s.validators.list.filter((_, i) => s.commit?.slots[i]).map((v) => hex(v.key)));
  return set.list.reduce((sum, v) => (signers.has(hex(v.key)) ? sum + v.power : sum), 0n);
}
