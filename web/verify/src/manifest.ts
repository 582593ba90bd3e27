// The first and the last file of an archive: docs/spec/audit.md sections 2.1 and 2.3.

import { type Bytes, equal, text, unhex, utf8 } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { goodChainId } from "./header.ts";
import { fail, under } from "./report.ts";

/** Manifest is the first file of an archive. */
export interface Manifest {
  readonly chainId: string;
  readonly election: Bytes;
  readonly height: number;
  readonly files: readonly string[]; // of "metadata" and "census", those that are there
}

/** Unsupported says that the file may be right, but is of a kind that this verifier
 * does not check. */
export class Unsupported extends Error {}

/** parseManifest reads 00-archive.json (V41) and compares the names of the files with
 * those that such an archive has (V41). An archive of a whole chain is Unsupported. */
export function parseManifest(b: Bytes, names: readonly string[]): Manifest {
  return under("V41", "00-archive.json", () => {
    const { kind, chainId, election, height, files } = object(b);
    if (typeof chainId !== "string" || !goodChainId(chainId)) throw new NotCanonical("its chain");
    if (typeof height !== "number" || !Number.isSafeInteger(height) || height < 1 || height >= Number.MAX_SAFE_INTEGER) throw new NotCanonical("its height");
    const canonical = (o: object, want: readonly string[]): void => {
      if (!equal(line({ format: "urna-archive/1", kind, chainId, ...o }), b)) throw new NotCanonical("not the one form of what it says");
      if (want.join("/") !== names.join("/")) throw new NotCanonical(`the files are ${names.join(", ")}`);
    };
    if (kind === "chain") {
      canonical({ height, files: files === true }, chainFiles(files === true));
      throw new Unsupported("this verifier does not check archives of whole chains; urna-audit verify does");
    }
    const id = kind === "election" && typeof election === "string" ? unhex(election, 32) : undefined;
    if (!id) throw new NotCanonical("its kind or election");
    const there = ["metadata", "census"].filter((f) => Array.isArray(files) && files.includes(f));
    canonical({ election, height, files: there }, electionFiles(there));
    return { chainId, election: id, height, files: there };
  });
}

const head = ["00-archive.json", "10-genesis.json", "20-validators"];

function electionFiles(there: readonly string[]): string[] {
  const some = (name: string, file: string): string[] => (there.includes(name) ? [file] : []);
  return [...head, "30-proofs.json", ...some("metadata", "40-metadata"), ...some("census", "50-census"), "60-blocks", "90-closing.json"];
}

function chainFiles(files: boolean): string[] {
  return [...head, "60-blocks", "61-final", ...(files ? ["70-files"] : []), "80-results", "90-closing.json"];
}

/** Closing is the last file of an archive. */
export interface Closing {
  readonly chainId: string;
  readonly election: string;
  readonly height: number;
  readonly block: string;
  readonly appHash: string;
  readonly firstHeight: number;
  readonly lastHeight: number;
  readonly entries: number;
  readonly transactions: number;
  readonly voters: number;
  readonly records: number;
  readonly overwritten: number;
  readonly weight: string;
  readonly tally: readonly (readonly string[])[];
  readonly censusRoot: string;
  readonly voteRoot: string;
  readonly nullifierRoot: string;
}

const closingFields = [
  "format", "chainId", "election", "height", "block", "appHash", "firstHeight", "lastHeight", "entries", "transactions", "voters", "records",
  "overwritten", "weight", "tally", "censusRoot", "voteRoot", "nullifierRoot",
] as const;

/** checkClosing reads 90-closing.json (V41), which must say this and nothing else
 * (V26). */
export function checkClosing(b: Bytes, closing: Closing): void {
  const ordered = (c: Record<string, unknown>): Bytes => line(Object.fromEntries(closingFields.map((f) => [f, c[f]])));
  const want: Record<string, unknown> = { format: "urna-closing/1", ...closing };
  under("V41", "90-closing.json", () => {
    const got = object(b);
    if (!closingFields.every((f) => sameType(got[f], want[f])) || !equal(ordered(got), b)) throw new NotCanonical("not the one form of what it says");
  });
  if (!equal(ordered(want), b)) fail("V26", `90-closing.json says\n${text(b)}and not\n${text(ordered(want))}`);
}

/** sameType tells whether two values of JSON are of one type: whole numbers, texts or
 * rows of texts. */
function sameType(a: unknown, b: unknown): boolean {
  const rows = (v: unknown): boolean => Array.isArray(v) && v.every((row) => Array.isArray(row) && row.every((x) => typeof x === "string"));
  if (typeof b === "number") return typeof a === "number" && Number.isSafeInteger(a);
  return typeof b === "string" ? typeof a === "string" : rows(a) && rows(b);
}

function object(b: Bytes): Record<string, unknown> {
  let v: unknown;
  try {
    v = JSON.parse(text(b) ?? "");
  } catch {
    throw new NotCanonical("no JSON");
  }
  if (typeof v !== "object" || v === null || Array.isArray(v)) throw new NotCanonical("no object");
  return v as Record<string, unknown>;
}

function line(v: object): Bytes {
  return utf8(JSON.stringify(v) + "\n");
}
