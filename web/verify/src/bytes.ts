// Byte strings: comparing, joining, and their texts in hex and base64. Texts are
// read strictly: one byte string has one text.

/** Bytes is a byte string that nobody changes. */
export type Bytes = Uint8Array;

/** equal tells whether two byte strings are the same. */
export function equal(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** compare orders byte strings as dictionaries do: below, at or above zero. */
export function compare(a: Bytes, b: Bytes): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const d = (a[i] as number) - (b[i] as number);
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

/** concat joins byte strings. */
export function concat(...parts: Bytes[]): Bytes {
  let n = 0;
  for (const p of parts) n += p.length;
  const out = new Uint8Array(n);
  n = 0;
  for (const p of parts) {
    out.set(p, n);
    n += p.length;
  }
  return out;
}

/** isZero tells whether nothing but zeros is there. */
export function isZero(b: Bytes): boolean {
  return b.every((v) => v === 0);
}

/** hex is lower case, without a prefix. */
export function hex(b: Bytes): string {
  let s = "";
  for (const v of b) s += (v < 16 ? "0" : "") + v.toString(16);
  return s;
}

/** unhex reads lower-case hex of n bytes; anything else is undefined. */
export function unhex(s: string, n: number): Bytes | undefined {
  if (s.length !== 2 * n || !/^[0-9a-f]*$/.test(s)) return undefined;
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = parseInt(s.slice(2 * i, 2 * i + 2), 16);
  return out;
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values = new Map([...alphabet].map((c, i) => [c.charCodeAt(0), i]));

/** base64 is RFC 4648 section 4, with padding. */
export function base64(b: Bytes): string {
  let s = "";
  for (let i = 0; i < b.length; i += 3) {
    const n = b.length - i;
    const v = ((b[i] as number) << 16) | ((b[i + 1] ?? 0) << 8) | (b[i + 2] ?? 0);
    s += alphabet.charAt(v >> 18) + alphabet.charAt((v >> 12) & 63);
    s += n > 1 ? alphabet.charAt((v >> 6) & 63) : "=";
    s += n > 2 ? alphabet.charAt(v & 63) : "=";
  }
  return s;
}

/** unbase64 reads what base64 writes and nothing else. */
export function unbase64(s: string): Bytes | undefined {
  if (s.length % 4 !== 0) return undefined;
  const pad = s.endsWith("==") ? 2 : s.endsWith("=") ? 1 : 0;
  const out = new Uint8Array((s.length / 4) * 3 - pad);
  for (let i = 0, at = 0; i < s.length; i += 4) {
    let v = 0;
    const last = i + 4 === s.length ? pad : 0;
    for (let j = 0; j < 4; j++) {
      const d = j >= 4 - last ? 0 : values.get(s.charCodeAt(i + j));
      if (d === undefined) return undefined;
      v = (v << 6) | d;
    }
    if ((last === 1 && v & 0xff) || (last === 2 && v & 0xffff)) return undefined; // bits that say nothing
    for (let j = 0; j < 3 - last; j++) out[at++] = (v >> (16 - 8 * j)) & 0xff;
  }
  return out;
}

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** utf8 is the encoding of a text. */
export function utf8(s: string): Bytes {
  return encoder.encode(s);
}

/** text reads UTF-8; what is not UTF-8 is undefined. */
export function text(b: Bytes): string | undefined {
  try {
    return strict.decode(b);
  } catch {
    return undefined;
  }
}
