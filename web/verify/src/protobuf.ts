// Protobuf as far as it is needed here: varints and byte strings, in their
// shortest form. Whoever reads a message with these also asks that it is the one
// encoding of what it says, usually by writing it again.

import { type Bytes, concat } from "./bytes.ts";
import { NotCanonical, uvarint } from "./codec.ts";

/** Value is what stands in a field: a number, or bytes. */
export type Value = bigint | Bytes;

/** Field is a field of a message. */
export interface Field {
  readonly number: number;
  readonly value: Value;
}

/** varint reads a number below 2^64 in its shortest form, and where it ends. */
function varint(b: Bytes, at: number): [bigint, number] {
  let v = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const c = b[at++];
    if (c === undefined) break;
    v |= BigInt(c & 0x7f) << shift;
    if (c < 0x80) {
      if ((c === 0 && shift > 0n) || v >> 64n !== 0n) break;
      return [v, at];
    }
  }
  throw new NotCanonical("not a number in its shortest form");
}

/** fields takes a message apart, field after field. Other wire types than varint and
 * bytes are refused. */
export function* fields(b: Bytes): Generator<Field> {
  for (let at = 0; at < b.length; ) {
    let tag: bigint, value: Value;
    [tag, at] = varint(b, at);
    const number = Number(tag >> 3n);
    if (number < 1 || number > 536_870_911) throw new NotCanonical("no field has this number");
    if ((tag & 7n) === 0n) {
      [value, at] = varint(b, at);
    } else if ((tag & 7n) === 2n) {
      let n: bigint;
      [n, at] = varint(b, at);
      if (n > BigInt(b.length - at)) throw new NotCanonical("a field is longer than its message");
      value = b.subarray(at, at + Number(n));
      at += Number(n);
    } else {
      throw new NotCanonical(`wire type ${tag & 7n}`);
    }
    yield { number, value };
  }
}

/** Message is the fields of a message of which each comes once at most, in
 * ascending order. */
export class Message {
  private readonly at = new Map<number, Value>();

  constructor(b: Bytes) {
    let last = 0;
    for (const f of fields(b)) {
      if (f.number <= last) throw new NotCanonical(`field ${f.number} is repeated or out of order`);
      last = f.number;
      this.at.set(f.number, f.value);
    }
  }

  /** number is the varint in a field, 0 if it is left out. */
  number(field: number): bigint {
    const v = this.at.get(field) ?? 0n;
    this.at.delete(field);
    if (typeof v !== "bigint") throw new NotCanonical(`field ${field} is not a number`);
    return v;
  }

  /** bytes is the byte string in a field, none if it is left out. */
  bytes(field: number): Bytes {
    return this.present(field) ?? new Uint8Array(0);
  }

  /** present is the byte string in a field, if the field is there. */
  present(field: number): Bytes | undefined {
    const v = this.at.get(field);
    this.at.delete(field);
    if (typeof v === "bigint") throw new NotCanonical(`field ${field} is not bytes`);
    return v;
  }

  /** done refuses fields that nobody asked for. */
  done(): void {
    for (const number of this.at.keys()) throw new NotCanonical(`field ${number} is unknown`);
  }
}

const tag = (field: number, type: number): Bytes => uvarint(field * 8 + type);

/** number writes a varint field; zero is left out. */
export function number(field: number, v: number | bigint): Bytes {
  return BigInt(v) === 0n ? new Uint8Array(0) : concat(tag(field, 0), uvarint(v));
}

/** bytes writes a field of bytes; none are left out. */
export function bytes(field: number, v: Bytes): Bytes {
  return v.length === 0 ? v : always(field, v);
}

/** always writes a field of bytes, even if there are none. */
export function always(field: number, v: Bytes): Bytes {
  return concat(tag(field, 2), uvarint(v.length), v);
}

/** sfixed64 writes a number of eight bytes, little-endian; zero is left out. */
export function sfixed64(field: number, v: number): Bytes {
  if (v === 0) return new Uint8Array(0);
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigInt64(0, BigInt(v), true);
  return concat(tag(field, 1), out);
}
