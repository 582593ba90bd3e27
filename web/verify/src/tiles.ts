// The vote log of an election as a directory of tiles: docs/spec/proofs.md section 7.

import { type Bytes, concat, equal, hex, text, unbase64 } from "./bytes.ts";
import { NotCanonical, read } from "./codec.ts";
import { type Document, maxDocument, parseDocument } from "./document.ts";
import { Tree, leafHash } from "./log.ts";
import type { Machine } from "./machine.ts";
import { type Shown, verifyDocument } from "./proof.ts";
import { type Log, readLog } from "./records.ts";
import { type Report, fail, under } from "./report.ts";
import { whole } from "./stream.ts";
import type { Trusted } from "./trust.ts";
import type { Source } from "./verify.ts";

/** Files are those of the directory, by their path in it. */
export type Files = ReadonlyMap<string, Source>;

const width = 256;
const maxEntries = width * (2 + 65_535);

/** verifyTiles checks a directory of tiles (V41, V46, V48, and those of a proof
 * document). */
export async function verifyTiles(files: Files, trust: (proof: Document) => Trusted, machine: Machine, report: Report): Promise<Shown> {
  const checkpoint = parseCheckpointNote(await get(files, "checkpoint", 4096, "V41"));
  const doc = parseDocument(await get(files, "proof.json", maxDocument, "V41"));
  const shown = await verifyDocument(doc, trust(doc), machine, report);
  const claim = doc.claims[0];
  if (!claim?.value || claim.key[0] !== 0x6c) return fail("V46", "proof.json is not about a vote log");
  const log = read(claim.value, readLog);
  const origin = `${doc.chainId}/votes/${hex(claim.key.subarray(1))}`;
  if (checkpoint.origin !== origin) fail("V46", `the checkpoint is of ${checkpoint.origin}, not ${origin}`);
  if (checkpoint.size !== log.size || !equal(checkpoint.root, log.root)) fail("V46", "the checkpoint is not the log that proof.json proves");
  await new Tiles(files, log, machine, report).verify();
  report.skip("V41", "who published was not checked");
  report.passed("V41", 2);
  return shown;
}

async function get(files: Files, path: string, limit: number, check: "V41" | "V48"): Promise<Bytes> {
  const file = files.get(path) ?? fail(check, `${path} is missing`);
  return (await whole(file.open(), limit)) ?? fail(check, `${path} is too long`);
}

/** Note is a C2SP tlog-checkpoint with one signature, which says who published it. */
interface Note {
  readonly origin: string;
  readonly size: bigint;
  readonly root: Bytes;
}

function parseCheckpointNote(b: Bytes): Note {
  return under("V41", "checkpoint", () => {
    const m = /^([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/=]+)\n\n— ([^ \n]+) ([A-Za-z0-9+/=]+)\n$/.exec(text(b) ?? "");
    const [, origin, size, root64, , signature64] = m ?? [];
    const [root, signature] = [unbase64(root64 ?? ""), unbase64(signature64 ?? "")];
    if (!origin || !size || root?.length !== 32 || signature?.length !== 4 + 64) throw new NotCanonical("no checkpoint with one signature");
    return { origin, size: BigInt(size), root };
  });
}

/** pathOf is the name of a tile. */
export function pathOf(level: number | "entries", n: number, filled: number): string {
  const groups = [String(n % 1000).padStart(3, "0")];
  for (let rest = Math.floor(n / 1000); rest > 0; rest = Math.floor(rest / 1000)) groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  return `tile/${level}/${groups.join("/")}${filled < width ? `.p/${filled}` : ""}`;
}

/** Tiles checks that all tiles follow from the entries. */
class Tiles {
  private readonly log = new Tree();
  private readonly levels: { hashes: Bytes[]; n: number }[] = [];
  private readonly used = new Set(["checkpoint", "proof.json"]);

  constructor(
    private readonly files: Files,
    private readonly claimed: Log,
    private readonly machine: Machine,
    private readonly report: Report,
  ) {}

  async verify(): Promise<void> {
    const size = Number(this.claimed.size);
    for (let n = 0; n * width < size; n++) await this.bundle(n, Math.min(width, size - n * width));
    for (const [level, { hashes, n }] of this.levels.entries()) if (hashes.length > 0) await this.tile(level, n, hashes);
    for (const path of this.files.keys()) if (!this.used.has(path)) fail("V48", `${path} should not be there`);
    if (!equal(this.log.root(), this.claimed.root)) fail("V46", "the entries make another root");
    this.report.passed("V46", this.log.size);
  }

  private async bundle(n: number, filled: number): Promise<void> {
    const path = pathOf("entries", n, filled);
    this.used.add(path);
    const b = await get(this.files, path, maxEntries, "V48");
    let at = 0;
    for (let i = 0; i < filled; i++) {
      const length = ((b[at] ?? 0) << 8) | (b[at + 1] ?? 0);
      if (at + 2 + length > b.length) fail("V48", `${path} ends too early`);
      const leaf = leafHash(b.subarray(at + 2, at + 2 + length));
      this.log.add(leaf);
      await this.add(0, leaf);
      at += 2 + length;
      await this.machine.pause();
    }
    if (at !== b.length) fail("V48", `${path} holds something besides`);
    this.report.passed("V48");
  }

  /** add adds a hash to a level, and that of a full tile to the one above. */
  private async add(level: number, hash: Bytes): Promise<void> {
    const row = (this.levels[level] ??= { hashes: [], n: 0 });
    row.hashes.push(hash);
    if (row.hashes.length < width) return;
    const full = row.hashes;
    row.hashes = [];
    await this.tile(level, row.n++, full);
    const above = new Tree();
    for (const h of full) above.add(h);
    await this.add(level + 1, above.root());
  }

  private async tile(level: number, n: number, hashes: readonly Bytes[]): Promise<void> {
    const path = pathOf(level, n, hashes.length);
    this.used.add(path);
    if (!equal(await get(this.files, path, 32 * width, "V48"), concat(...hashes))) fail("V48", `${path} does not follow from the entries`);
    this.report.passed("V48");
  }
}

