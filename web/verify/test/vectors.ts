// The vectors of test/vectors: files that must be accepted, and files with one field
// altered that must be refused with the number of a check.

import type { Anchor } from "../src/archive.ts";
import { hex } from "../src/bytes.ts";
import { sha256 } from "../src/hash.ts";
import { alone } from "../src/machine.ts";
import { Failure } from "../src/report.ts";
import { parseCheckpoint } from "../src/trust.ts";
import { type Verdict, verify } from "../src/verify.ts";
import { once, readBytes, readJSON } from "./repo.ts";

/** Patch says that bytes are replaced: where, how many, by what (hex). */
type Patch = [offset: number, length: number, by: string];

interface List {
  format: string;
  genesis: string;
  genesisSHA256: string;
  vectors: { name: string; file: string; patches?: Patch[]; trust?: string; fails?: string; accepts?: Accepted }[];
}

/** Accepted is what an accepted archive says. */
export interface Accepted {
  about: string;
  cid: string;
  voters: number;
  votes: number;
  overwritten: number;
  weight: string;
  tally: string[][];
}

/** Vector is a file and what must become of it. */
export interface Vector {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly anchor: Anchor;
  readonly fails: string | undefined;
  readonly accepts: Accepted | undefined;
}

/** vectorsOf are the vectors of a file, with the genesis that is trusted. */
export function vectorsOf(name: "archives.json" | "receipts.json"): { genesis: Uint8Array; vectors: Vector[] } {
  const list = readJSON<List>(`test/vectors/${name}`);
  const file = (path: string): Uint8Array => readBytes(`test/vectors/${path}`);
  const genesis = file(list.genesis);
  if (list.format !== "urna-vectors/1" || hex(sha256(genesis)) !== list.genesisSHA256) throw new Error(`${name} is of another format or genesis`);
  const vectors = list.vectors.map((v): Vector => {
    const anchor = v.trust === undefined ? { genesis } : { checkpoint: parseCheckpoint(v.trust) };
    return { name: v.name, bytes: patched(file(v.file), v.patches ?? []), anchor, fails: v.fails, accepts: v.accepts };
  });
  return { genesis, vectors };
}

/** machine is the one on which tests verify. */
export const machine = alone(
  async () => undefined,
  () => undefined,
);

/** judge verifies bytes as if they were a file. */
export function judge(name: string, b: Uint8Array, anchor: Anchor, piece = 1 << 16): Promise<Verdict> {
  return verify({ name, size: b.length, open: () => once(b, piece) }, anchor, machine);
}

/** checkOf is the check that a verdict names, or what else it says. */
export function checkOf(v: Verdict): string {
  return v.error instanceof Failure ? v.error.check : v.error === undefined ? "accepted" : String(v.error);
}

function patched(b: Uint8Array, patches: readonly Patch[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [offset, length, by] of patches) {
    parts.push(b.subarray(at, offset), new Uint8Array(Buffer.from(by, "hex")));
    at = offset + length;
  }
  return new Uint8Array(Buffer.concat([...parts, b.subarray(at)]));
}
