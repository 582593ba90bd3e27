// Reading input that is longer than memory: bytes are taken from a stream in the
// order in which they come.

import { type Bytes, concat } from "./bytes.ts";

/** Input is the bytes of a file, in chunks. */
export type Input = AsyncIterable<Bytes>;

/** Ended says that the input ends where something should stand. */
export class Ended extends Error {}

/** Stream takes bytes from an input. */
export class Stream {
  private readonly chunks: AsyncIterator<Bytes>;
  private chunk: Bytes = new Uint8Array(0);
  taken = 0; // bytes so far

  constructor(input: Input) {
    this.chunks = input[Symbol.asyncIterator]();
  }

  /** take is the next n bytes. It throws Ended if there are fewer. */
  async take(n: number): Promise<Bytes> {
    const parts: Bytes[] = [];
    for (let missing = n; ; ) {
      const part = this.chunk.subarray(0, missing);
      this.chunk = this.chunk.subarray(part.length);
      parts.push(part);
      missing -= part.length;
      if (missing === 0) break;
      if (!(await this.more())) throw new Ended("the input ends in the middle");
    }
    this.taken += n;
    return parts.length === 1 ? (parts[0] as Bytes) : concat(...parts);
  }


  /** some is at least one byte and at most n. It throws Ended if there is none. */
  async some(n: number): Promise<Bytes> {
    if (await this.ended()) throw new Ended("the input ends in the middle");
    return this.take(Math.min(n, this.chunk.length));
  }

  /** until is what stands before a byte, or the next n bytes if it is not among
   * them. */
  async until(byte: number, n: number): Promise<Bytes> {
    const parts: Bytes[] = [];
    for (let missing = n; missing > 0; ) {
      if (await this.ended()) throw new Ended("the input ends in the middle");
      const at = this.chunk.subarray(0, missing).indexOf(byte);
      if (at >= 0) {
        parts.push(await this.take(at));
        break;
      }
      const part = await this.some(missing);
      parts.push(part);
      missing -= part.length;
    }
    return concat(...parts);
  }

  /** ended tells whether nothing is left. */
  async ended(): Promise<boolean> {
    while (this.chunk.length === 0) if (!(await this.more())) return true;
    return false;
  }

  /** uvarint reads a number of at most max in its shortest form; undefined if it is
   * none. It throws Ended. */
  async uvarint(max: number): Promise<number | undefined> {
    let v = 0;
    for (let i = 0, unit = 1; i < 8; i++, unit *= 128) {
      const c = (await this.take(1))[0] as number;
      v += (c & 0x7f) * unit;
      if (c < 0x80) return (c === 0 && i > 0) || v > max ? undefined : v;
    }
    return undefined;
  }

  private async more(): Promise<boolean> {
    const next = await this.chunks.next();
    if (next.done) return false;
    this.chunk = next.value;
    return true;
  }
}

/** whole reads an input that has at most limit bytes; undefined if it has more. */
export async function whole(input: Input, limit: number): Promise<Bytes | undefined> {
  const parts: Bytes[] = [];
  let n = 0;
  for await (const part of input) {
    if ((n += part.length) > limit) return undefined;
    parts.push(part);
  }
  return concat(...parts);
}
