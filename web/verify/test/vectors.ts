// The vectors of test/vectors: files that must be accepted, and files with one field
// altered that must be refused with the number of a check.

import { readdirSync, statSync } from "node:fs";
import type { Anchor } from "../src/archive.ts";
import { hex } from "../src/bytes.ts";
import { sha256 } from "../src/hash.ts";
import { type Machine, alone } from "../src/machine.ts";
import { Failure } from "../src/report.ts";
import { parseCheckpoint } from "../src/trust.ts";
import { type Verdict, verify, verifyDirectory } from "../src/verify.ts";
import { once, readBytes, readJSON, repo } from "./repo.ts";

/** Patch says that bytes are replaced: where, how many, by what (hex). */
type Patch = [offset: number, length: number, by: string];

interface List<T> {
  format: string;
  genesis: string;
  genesisSHA256: string;
  vectors: T[];
}

interface FileVector {
  name: string;
  file: string;
  patches?: Patch[];
  trust?: string;
  fails?: string;
  accepts?: Accepted;
}

interface DirectoryVector {
  name: string;
  dir: string;
  changes?: { path: string; remove?: boolean; patches?: Patch[]; content?: string }[];
  fails?: string;
  accepts?: { about: string; size: number; root: string };
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

const file = (path: string): Uint8Array => readBytes(`test/vectors/${path}`);

function listOf<T>(name: string): { genesis: Uint8Array; vectors: T[] } {
  const list = readJSON<List<T>>(`test/vectors/${name}`);
  const genesis = file(list.genesis);
  if (list.format !== "urna-vectors/1" || hex(sha256(genesis)) !== list.genesisSHA256) throw new Error(`${name} is of another format or genesis`);
  return { genesis, vectors: list.vectors };
}

/** vectorsOf are the vectors of a file, with the genesis that is trusted. */
export function vectorsOf(name: "archives.json" | "chains.json" | "receipts.json"): { genesis: Uint8Array; vectors: Vector[] } {
  const { genesis, vectors: list } = listOf<FileVector>(name);
  const vectors = list.map((v): Vector => {
    const anchor = v.trust === undefined ? { genesis } : { checkpoint: parseCheckpoint(v.trust) };
    return { name: v.name, bytes: patched(file(v.file), v.patches ?? []), anchor, fails: v.fails, accepts: v.accepts };
  });
  return { genesis, vectors };
}

/** Directory is a directory of log tiles and what must become of it. */
export interface Directory {
  readonly name: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly fails: string | undefined;
  readonly accepts: { about: string; size: number; root: string } | undefined;
}

/** directories are the vectors of log tiles, with the genesis that is trusted. */
export function directories(): { genesis: Uint8Array; vectors: Directory[] } {
  const { genesis, vectors } = listOf<DirectoryVector>("tiles.json");
  return { genesis, vectors: vectors.map((v) => ({ name: v.name, files: changed(v), fails: v.fails, accepts: v.accepts })) };
}

function changed(v: DirectoryVector): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const root = `test/vectors/${v.dir}`;
  for (const name of readdirSync(repo(root), { recursive: true, encoding: "utf8" })) {
    if (statSync(repo(`${root}/${name}`)).isFile()) files.set(name, file(`${v.dir}/${name}`));
  }
  for (const c of v.changes ?? []) {
    if (c.remove) files.delete(c.path);
    else if (c.content !== undefined) files.set(c.path, new Uint8Array(Buffer.from(c.content, "hex")));
    else files.set(c.path, patched(files.get(c.path) ?? new Uint8Array(0), c.patches ?? []));
  }
  return files;
}

/** judgeDirectory verifies a directory of log tiles. */
export function judgeDirectory(files: ReadonlyMap<string, Uint8Array>, anchor: Anchor): Promise<Verdict> {
  const sources = [...files].map(([path, b]) => ({ name: `dir/${path}`, size: b.length, open: () => once(b, 1000) }));
  return verifyDirectory(sources, anchor, machine);
}

const forgetful = alone(
  async () => undefined,
  () => undefined,
);

/** machine is the one on which tests verify. It remembers who signed which bytes: to find
 * out is most of the work, and mutations of a file have nearly all signatures in common. */
export const machine: Machine = {
  ...forgetful,
  verify: (chainId, txs) => remember(txs, (raw) => `${chainId} ${latin1(raw)}`, (few) => forgetful.verify(chainId, few)),
  keysOf: (list) => remember(list, (s) => latin1(s.hash) + latin1(s.signature), (few) => forgetful.keysOf(few)),
};

const known = new Map<string, unknown>();

const latin1 = (b: Uint8Array): string => Buffer.from(b).toString("latin1");

/** remember does for each of a list what was not done before. */
async function remember<T, U>(list: readonly T[], keyOf: (t: T) => string, work: (few: readonly T[]) => Promise<U[]>): Promise<U[]> {
  const fresh = list.filter((t) => !known.has(keyOf(t)));
  const found = await work(fresh);
  fresh.forEach((t, i) => known.set(keyOf(t), found[i]));
  return list.map((t) => known.get(keyOf(t)) as U);
}

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
