// Files of the repository that tests read.

import { existsSync, readFileSync } from "node:fs";

/** repo is the path of a file of the repository. Tests run in web/verify. */
export const repo = (path: string): string => `../../${path}`;

export const readText = (path: string): string => readFileSync(repo(path), "utf8");
export const readJSON = <T>(path: string): T => JSON.parse(readText(path)) as T;
export const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(repo(path)));
export const exists = (path: string): boolean => existsSync(repo(path));

/** fromHex reads hex in any case. */
export const fromHex = (s: string): Uint8Array => new Uint8Array(Buffer.from(s, "hex"));

/** random is a sequence of numbers from 0 to below 1 that depends on its seed only. */
export function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** once is an input of one chunk, or of chunks of a size. */
export async function* once(b: Uint8Array, size = b.length || 1): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < b.length; i += size) yield b.subarray(i, i + size);
}
