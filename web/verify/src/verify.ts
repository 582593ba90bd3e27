// One door to all that can be verified: it looks at what a file is, verifies it and
// says in words what was shown.

import { type Anchor, type Outcome, verifyArchive } from "./archive.ts";
import { type Document, maxDocument, parseDocument } from "./document.ts";
import type { Machine } from "./machine.ts";
import { Unsupported } from "./manifest.ts";
import { type Shown, verifyDocument } from "./proof.ts";
import { type Kind, type Line, Report, fail } from "./report.ts";
import type { Input } from "./stream.ts";
import { whole } from "./stream.ts";
import { verifyTiles } from "./tiles.ts";
import { type Trusted, trustCheckpoint, trustGenesis } from "./trust.ts";

/** Source is a file. */
export interface Source {
  readonly name: string;
  readonly size: number;
  open(): Input;
}

/** Verdict is what became of a file. */
export interface Verdict {
  readonly name: string;
  readonly kind: Kind;
  readonly trusted: boolean; // it follows from what the reader trusts
  readonly error: unknown; // undefined: it was accepted
  readonly checks: readonly Line[];
  readonly shown: Shown | undefined; // by a proof document
  readonly outcome: Outcome | undefined; // of an archive
}

/** verify verifies a file: a proof document if it begins as JSON, else an archive. The
 * verdict is there whatever happens. */
export async function verify(file: Source, anchor: Anchor, machine: Machine): Promise<Verdict> {
  let first: number | undefined;
  const unread = await caught(async () => {
    for await (const chunk of file.open()) if ((first = chunk[0]) !== undefined) break;
  });
  if (unread) return { name: file.name, kind: "E", trusted: false, error: unread, checks: [], shown: undefined, outcome: undefined };
  return first === brace ? document(file, anchor, machine) : archive(file, anchor, machine);
}

const brace = 0x7b; // {

/** verifyDirectory verifies a directory of log tiles. The names of the files are their
 * paths, from the directory that holds the checkpoint or from one above it. */
export async function verifyDirectory(files: readonly Source[], anchor: Anchor, machine: Machine): Promise<Verdict> {
  const root = files.find((f) => /(^|\/)checkpoint$/.test(f.name))?.name.slice(0, -"checkpoint".length) ?? "";
  const below = new Map(files.filter((f) => f.name.startsWith(root)).map((f) => [f.name.slice(root.length), f]));
  const report = new Report("T");
  let [shown, trusted]: [Shown | undefined, boolean] = [undefined, false];
  const error = await caught(async () => {
    if (below.size < files.length) throw new Unsupported("files of more than one directory");
    const known = trust(anchor);
    shown = await verifyTiles(below, (d) => known ?? rootOf(d), machine, report);
    trusted = known !== undefined;
  });
  return { name: root || "log tiles", kind: "T", trusted, error, checks: linesOf(report, error, anchor), shown, outcome: undefined };
}

async function archive(file: Source, anchor: Anchor, machine: Machine): Promise<Verdict> {
  const [report, outcome]: [Report, Outcome] = [new Report("E"), {}];
  const error = await caught(() => verifyArchive(file.open(), anchor, machine, report, outcome));
  return { name: file.name, kind: "E", trusted: outcome.trusted ?? false, error, checks: linesOf(report, error, anchor), shown: undefined, outcome };
}

async function document(file: Source, anchor: Anchor, machine: Machine): Promise<Verdict> {
  const report = new Report("R");
  let [shown, trusted]: [Shown | undefined, boolean] = [undefined, false];
  const error = await caught(async () => {
    const b = (await whole(file.open(), maxDocument)) ?? fail("V41", `a document of more than ${maxDocument} bytes`);
    const d = parseDocument(b);
    report.passed("V41");
    const known = trust(anchor);
    shown = await verifyDocument(d, known ?? rootOf(d), machine, report);
    trusted = known !== undefined;
  });
  return { name: file.name, kind: "R", trusted, error, checks: linesOf(report, error, anchor), shown, outcome: undefined };
}

/** linesOf are the lines of a report. Without an anchor nobody can say of which chain
 * the file is. */
function linesOf(report: Report, error: unknown, anchor: Anchor): Line[] {
  const trusting = anchor.genesis !== undefined || anchor.genesisHash !== undefined || anchor.checkpoint !== undefined;
  const doubt = { status: "not checked", items: 0, detail: "no genesis and no block was given to trust" } as const;
  return report.lines(error).map((l) => (l.id === "V01" && l.status === "passed" && !trusting ? { ...l, ...doubt } : l));
}

/** trust is what a document is verified against; undefined if nothing is trusted. The
 * hash of a genesis is not enough: the document does not hold it. */
function trust(anchor: Anchor): Trusted | undefined {
  if (anchor.genesisHash) throw new Unsupported("this needs the genesis document itself, or a checkpoint");
  return anchor.genesis ? trustGenesis(anchor.genesis) : anchor.checkpoint;
}

/** rootOf is what a document begins with that nobody vouches for. Verified against it
 * a document agrees with itself, and may be of any chain. */
function rootOf(d: Document): Trusted {
  const { header } = d.trail[0] ?? d.signed;
  return trustCheckpoint(header.height, header.hash);
}

async function caught(f: () => Promise<void>): Promise<unknown> {
  try {
    await f();
    return undefined;
  } catch (err) {
    return err ?? new Error("an error that says nothing");
  }
}

