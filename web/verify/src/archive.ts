// Archives of one election: docs/spec/audit.md sections 2.1 to 2.3, in the order of
// section 2.7. The file is read once.

import { type Bytes, equal, hex, text } from "./bytes.ts";
import { type Car, type Content, openCar } from "./car.ts";
import { readCensusFile } from "./censusfile.ts";
import { cidText } from "./cid.ts";
import { NotCanonical, Reader, read } from "./codec.ts";
import { type Description, describe } from "./describe.ts";
import { type Document, parseDocument } from "./document.ts";
import { Election, same } from "./election.ts";
import { Entries } from "./entries.ts";
import { sha256 } from "./hash.ts";
import { type Header, type Validators, parseValidators } from "./header.ts";
import { type Closing, type Manifest, Unsupported, checkClosing, parseManifest } from "./manifest.ts";
import { verifyDocument } from "./proof.ts";
import {
  type Log,
  type Result,
  type Sealing,
  type Settings,
  type Stage,
  Status,
  electionId,
  keyOf,
  readLog,
  readResult,
  readSealing,
  readSettings,
  readStage,
  statusNames,
} from "./records.ts";
import { Report, fail, underAsync, under } from "./report.ts";
import { type Input, whole } from "./stream.ts";
import { type Trusted, compactGenesis, trustGenesis } from "./trust.ts";
import type { Machine } from "./machine.ts";

/** Anchor is what the reader of a file trusts. With none of it, the verdict is about the
 * chain of the genesis that the archive itself holds. */
export interface Anchor {
  readonly genesis?: Bytes | undefined; // a copy of the document, perhaps with other white space
  readonly genesisHash?: Bytes | undefined; // SHA-256 of the document as archives hold it
  readonly checkpoint?: Trusted | undefined; // a header that must be in the archive
}

/** Outcome is what an archive that was accepted says; of one that was refused, what it
 * said so far. */
export interface Outcome {
  cid?: string;
  chainId?: string;
  genesisHash?: string; // SHA-256 of the document
  trusted?: boolean; // genesis or a header are those that the reader knows
  height?: number;
  block?: string;
  election?: string;
  settings?: Settings;
  stage?: Stage;
  closing?: Closing;
  members?: number; // of the census, if its file is there
  description?: Description; // if its file is there
  counts?: (nullifier: Bytes) => number | undefined; // the position of the vote that counts
}

/** Claims are the records of the election that the archive proves. */
interface Claims {
  readonly settings: Settings;
  readonly stage: Stage;
  readonly log: Log;
  readonly result: Result;
  readonly sealing: Sealing;
}

/** verifyArchive checks an archive, and notes in outcome and report what it found. It
 * throws a Failure, or what kept it from looking. */
export async function verifyArchive(input: Input, anchor: Anchor, machine: Machine, report: Report, outcome: Outcome): Promise<void> {
  const car = await openCar(input, (name) => name === "40-metadata" || name === "50-census");
  outcome.cid = cidText(car.root);
  await new Archive(car, anchor, machine, report, outcome).verify();
}

const maxProofs = 16 << 20;
const maxDescription = 1 << 20;

class Archive {
  private readonly files: AsyncIterator<Content>;
  private manifest!: Manifest;
  private seen = false; // the checkpoint
  private readonly named = new Map<number, Bytes>(); // headers of 30-proofs.json, and those that they name

  constructor(
    private readonly car: Car,
    private readonly anchor: Anchor,
    private readonly machine: Machine,
    private readonly report: Report,
    private readonly outcome: Outcome,
  ) {
    this.files = car.files[Symbol.asyncIterator]();
  }

  async verify(): Promise<void> {
    await this.openManifest();
    const trusted = await this.genesis();
    const sets = await this.sets();
    const proofs = await this.proofs(trusted);
    const c = this.claims(proofs);
    this.outcome.settings = c.settings;
    this.outcome.stage = c.stage;
    await this.metadata(c);
    await this.census(c);
    const election = new Election(this.manifest.chainId, this.manifest.election, c.settings, this.report);
    const entries = new Entries(this.manifest, sets, trusted, election, this.machine, this.report, (h) => this.holds(h));
    await entries.read((await this.next("60-blocks")).chunks);
    const closing = { ...(await this.compare(c, election)), ...entries.span(), block: hex(proofs.signed.header.hash), appHash: hex(proofs.signed.header.appHash) };
    checkClosing(await this.small("90-closing.json", 1 << 20), closing);
    this.report.passed("V26");
    if (!(await this.files.next()).done) fail("V41", "a file follows the last one");
    this.end(closing);
    this.outcome.counts = (nullifier) => election.newest(nullifier);
  }

  private end(closing: Closing): void {
    const { genesis, genesisHash, checkpoint } = this.anchor;
    if (checkpoint && !this.seen) throw new Error(`the archive does not hold header ${checkpoint.height}, so nothing ties it to the trusted one`);
    this.outcome.trusted = genesis !== undefined || genesisHash !== undefined || this.seen;
    this.outcome.block = closing.block;
    this.outcome.closing = closing;
    this.report.passed("V41", this.car.names.length);
  }

  private async next(name: string): Promise<Content> {
    const file = await this.files.next();
    if (file.done) return fail("V41", `${name} is not there`);
    if (file.value.name !== name) fail("V41", `${file.value.name} stands where ${name} must`);
    this.report.passed("V42");
    return file.value;
  }

  /** small reads the next file whole. */
  private async small(name: string, limit: number): Promise<Bytes> {
    const file = await this.next(name);
    if (file.size > BigInt(limit)) fail("V41", `${name} has ${file.size} bytes, more than ${limit}`);
    return (await whole(file.chunks, limit)) ?? fail("V41", `${name} is longer than it says`);
  }

  private async openManifest(): Promise<void> {
    if (this.car.names[0] !== "00-archive.json") fail("V41", "the first file is not 00-archive.json");
    this.manifest = parseManifest(await this.small("00-archive.json", 1 << 10), this.car.names);
    this.outcome.chainId = this.manifest.chainId;
    this.outcome.height = this.manifest.height;
    this.outcome.election = hex(this.manifest.election);
  }

  private async genesis(): Promise<Trusted> {
    const doc = await this.small("10-genesis.json", 16 << 20);
    this.outcome.genesisHash = hex(sha256(doc));
    const trusted = trustGenesis(doc);
    if (trusted.chainId !== this.manifest.chainId) fail("V01", `the archive is of chain ${this.manifest.chainId}, its genesis of ${trusted.chainId}`);
    const { genesis, genesisHash } = this.anchor;
    if (genesis && !equal(compactGenesis(genesis), doc)) {
      fail("V01", `the genesis is not the trusted one, as the engine writes it; its SHA-256 is ${hex(sha256(doc))}`);
    }
    if (genesisHash && !equal(genesisHash, sha256(doc))) fail("V01", `the genesis has the hash ${hex(sha256(doc))}, not the trusted one`);
    this.report.passed("V01");
    return trusted;
  }

  private async sets(): Promise<Validators[]> {
    const file = await this.small("20-validators", 64 << 20);
    return under("V41", "20-validators", () => {
      const sets: Validators[] = [];
      for (const r = new Reader(file); r.left > 0; ) sets.push(parseValidators(r.bytes(64 << 20)));
      if (new Set(sets.map((s) => hex(s.hash))).size < sets.length) throw new NotCanonical("a set stands there twice");
      return sets;
    });
  }

  private async proofs(trusted: Trusted): Promise<Document> {
    const doc = parseDocument(await this.small("30-proofs.json", maxProofs));
    const keys = (["e", "s", "l", "r", "n"] as const).map((prefix) => keyOf(prefix, this.manifest.election));
    const asked = doc.claims.length === keys.length && keys.every((k, i) => doc.claims[i]?.value && equal(k, doc.claims[i].key));
    if (doc.height !== this.manifest.height || doc.vote || doc.notVoted || !asked) fail("V41", "30-proofs.json proves something else");
    if (doc.chainId !== this.manifest.chainId) fail("V01", `30-proofs.json is of chain ${doc.chainId}`);
    await verifyDocument(doc, trusted, this.machine, this.report);
    for (const { header } of [...doc.trail, doc.signed]) {
      this.holds(header);
      this.named.set(header.height, header.hash).set(header.height - 1, header.lastHash);
    }
    return doc;
  }

  private claims(doc: Document): Claims {
    const value = (i: number): Bytes => doc.claims[i]?.value as Bytes;
    const c: Claims = {
      settings: read(value(0), readSettings),
      stage: read(value(1), readStage),
      log: read(value(2), readLog),
      result: read(value(3), readResult),
      sealing: read(value(4), readSealing),
    };
    if (!equal(electionId(this.manifest.chainId, c.settings), this.manifest.election)) fail("V03", "the settings are those of another election");
    if (c.settings.censusOrigin > 2) throw new Unsupported("this verifier does not check elections with an issuer; urna-audit verify does");
    if (c.stage.status !== Status.results) fail("V31", `the election has no result, its status is ${statusNames[c.stage.status]}`);
    if (!c.sealing.done) fail("V47", "the set of nullifiers is not finished");
    return c;
  }

  private async metadata(c: Claims): Promise<void> {
    const uri = text(c.settings.metadata) ?? "";
    if (!this.manifest.files.includes("metadata")) return this.report.skip("V43", `the archive does not hold ${uri}`);
    const file = await this.next("40-metadata");
    if (uri !== `ipfs://${cidText(file.cid)}`) fail("V43", `the metadata are ${cidText(file.cid)}, the election names ${uri}`);
    if (file.size <= BigInt(maxDescription)) {
      const description = describe((await whole(file.chunks, maxDescription)) ?? new Uint8Array(0));
      if (description) this.outcome.description = description;
    }
    for await (const _ of file.chunks) await this.machine.pause();
    this.report.passed("V43");
  }

  private async census(c: Claims): Promise<void> {
    const uri = text(c.stage.censusURI) ?? "";
    if (!this.manifest.files.includes("census")) return this.report.skip("V04", `the archive does not hold ${uri}`);
    const file = await this.next("50-census");
    if (uri !== `ipfs://${cidText(file.cid)}`) fail("V04", `the census is ${cidText(file.cid)}, the election names ${uri}`);
    const census = await underAsync("V04", "census file", () => readCensusFile(file.chunks, () => this.machine.pause()));
    if (!equal(census.root, c.stage.censusRoot)) fail("V04", `the census file has the root ${hex(census.root)}, the election's is ${hex(c.stage.censusRoot)}`);
    this.outcome.members = census.members;
    this.report.passed("V04", census.members);
  }

  /** meets checks that a header goes with those of 30-proofs.json. */
  private meets(h: Header): void {
    const [same, before] = [this.named.get(h.height), this.named.get(h.height - 1)];
    if (same && !equal(same, h.hash)) fail("V21", `header ${h.height} is ${hex(h.hash)}, and ${hex(same)} for 30-proofs.json`);
    if (before && !equal(before, h.lastHash)) fail("V21", `header ${h.height} names ${hex(h.lastHash)} before it, which is ${hex(before)} for 30-proofs.json`);
  }

  /** holds takes a header that the archive holds (V21). */
  private holds(h: Header): void {
    this.meets(h);
    const c = this.anchor.checkpoint;
    if (!c?.hash || c.height !== h.height) return;
    if (!equal(c.hash, h.hash)) fail("V21", `header ${h.height} is ${hex(h.hash)}, not the trusted one`);
    this.seen = true;
  }

  /** compare asks whether the claims are what follows from the blocks, and returns
   * what the closing record says of them. */
  private async compare(c: Claims, e: Election): Promise<Omit<Closing, "block" | "appHash" | "firstHeight" | "lastHeight" | "entries">> {
    const { report, manifest } = this;
    const pause = (): Promise<void> => this.machine.pause();
    const [records, voters] = [BigInt(e.log.size), BigInt(e.count)];
    if (!same(e.closed(), c.stage)) fail("V03", "the stage is not the one that the transactions leave");
    report.passed("V03", e.transactions - e.log.size);
    if (e.strangers > 0) report.skip("V03", `${e.strangers} changes are signed by others than the organisation; whether they were its delegates is not in the file`);
    const root = e.log.root();
    if (c.log.size !== records || !equal(c.log.root, root)) fail("V46", `the log has ${c.log.size} records, the votes make ${records} with another root`);
    report.passed("V46", e.log.size);
    const overwritten = records - voters;
    if (c.log.voters !== voters || c.result.votes !== voters || c.result.overwritten !== overwritten) {
      fail("V24", `log and result speak of ${c.log.voters} and ${c.result.votes} voters and ${c.result.overwritten} overwrites, there are ${voters} and ${overwritten}`);
    }
    report.passed("V24", 3);
    const tally = await e.tally(pause);
    if (!same(tally, c.result.tally)) fail("V27", "the result has another tally than the ballots");
    report.passed("V27", e.count);
    const r = c.result;
    const result = r.invalid === 0n && r.method === 1 && equal(r.censusRoot, c.stage.censusRoot) && equal(r.voteRoot, root) && r.voteSize === records;
    if (!result || r.height < BigInt(e.lastHeight) || r.height > BigInt(manifest.height)) fail("V31", "the result is not about these votes");
    report.passed("V31");
    const nullifiers = await e.nullifiers(pause);
    const { count, last, root: sealed } = c.sealing;
    if (count !== voters || !sealed || !equal(sealed, nullifiers.root) || !same(last, nullifiers.last)) fail("V47", "the votes make another set of nullifiers");
    report.passed("V47", e.count);
    return {
      chainId: manifest.chainId,
      election: hex(manifest.election),
      height: manifest.height,
      transactions: e.transactions,
      voters: e.count,
      records: e.log.size,
      overwritten: Number(overwritten),
      weight: String(tally.weight),
      tally: tally.strings(),
      censusRoot: hex(c.stage.censusRoot),
      voteRoot: hex(root),
      nullifierRoot: hex(nullifiers.root),
    };
  }
}
