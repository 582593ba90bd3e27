// The fields of docs/spec/encoding.md section 1. One value has one encoding: a
// reader that meets anything else throws NotCanonical.

import { type Bytes, concat } from "./bytes.ts";

/** NotCanonical reports bytes that no writer would have produced. */
export class NotCanonical extends Error {
  constructor(what = "not a canonical encoding") {
    super(what);
  }
}

const none = new Uint8Array(0);

/** Reader takes fields from a byte string in the order they were written. */
export class Reader {
  private at = 0;
  constructor(private readonly b: Bytes) {}

  /** left is how many bytes have not been read. */
  get left(): number {
    return this.b.length - this.at;
  }

  /** done refuses bytes that are left over. */
  done(): void {
    if (this.left !== 0) throw new NotCanonical(`${this.left} bytes are left over`);
  }

  /** fixed is the next n bytes. They are a window into the input. */
  fixed(n: number): Bytes {
    if (n > this.left) throw new NotCanonical("ends too early");
    this.at += n;
    return this.b.subarray(this.at - n, this.at);
  }

  u8(): number {
    return this.fixed(1)[0] as number;
  }

  u32(): number {
    return this.fixed(4).reduce((v, c) => v * 256 + c, 0);
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** uvarint reads a number below 2^64 in its shortest form. */
  uvarint(): bigint {
    let v = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const c = this.u8();
      v |= BigInt(c & 0x7f) << shift;
      if (c < 0x80) {
        if ((c === 0 && shift > 0n) || v >> 64n !== 0n) break;
        return v;
      }
    }
    throw new NotCanonical("a number is too long");
  }

  /** uint reads a uvarint of at most max, which is below 2^53. */
  uint(max: number): number {
    const v = this.uvarint();
    if (v > BigInt(max)) throw new NotCanonical(`${v} is above ${max}`);
    return Number(v);
  }

  bool(): boolean {
    const v = this.u8();
    if (v > 1) throw new NotCanonical("neither 0 nor 1");
    return v === 1;
  }

  /** bytes reads a length of at most limit and that many bytes. */
  bytes(limit: number): Bytes {
    return this.fixed(this.uint(limit));
  }

  /** amount reads a number below 2^256. */
  amount(): bigint {
    const n = this.u8();
    if (n > 32) throw new NotCanonical("an amount of more than 32 bytes");
    const b = this.fixed(n);
    if (b[0] === 0) throw new NotCanonical("an amount begins with zero");
    let v = 0n;
    for (const c of b) v = (v << 8n) | BigInt(c);
    return v;
  }
}

/** read reads a whole value. */
export function read<T>(b: Bytes, value: (r: Reader) => T): T {
  const r = new Reader(b);
  const v = value(r);
  r.done();
  return v;
}

/** uvarint is a number below 2^64, LEB128 in its shortest form. */
export function uvarint(v: number | bigint): Bytes {
  const out: number[] = [];
  let rest = BigInt(v);
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  return Uint8Array.from(out);
}

/** lengthBytes is the field `bytes`: the length and the bytes. */
export function lengthBytes(b: Bytes): Bytes {
  return concat(uvarint(b.length), b);
}

/** u32 and u64 are big-endian. */
export function u32(v: number): Bytes {
  return Uint8Array.of(v >>> 24, (v >>> 16) & 0xff, (v >>> 8) & 0xff, v & 0xff);
}

export function u64(v: bigint): Bytes {
  return concat(u32(Number(v >> 32n)), u32(Number(v & 0xffffffffn)));
}

/** amount is a length byte and the number, big-endian, without leading zeros. */
export function amount(v: bigint): Bytes {
  if (v === 0n) return Uint8Array.of(0);
  const s = v.toString(16);
  const digits = s.length % 2 === 0 ? s : "0" + s;
  const out = new Uint8Array(1 + digits.length / 2);
  out[0] = digits.length / 2;
  for (let i = 1; i < out.length; i++) out[i] = parseInt(digits.slice(2 * i - 2, 2 * i), 16);
  return out;
}

/** nothing is the empty byte string. */
export const nothing: Bytes = none;
