// An election as its transactions make it: docs/spec/audit.md section 2.8, and
// docs/spec/law.md sections 4 and 5. What the result says is compared by whoever
// holds the claims.

import { type Bytes, equal, hex } from "./bytes.ts";
import { Tally, broken } from "./ballot.ts";
import { Tree, leafHash } from "./log.ts";
import { type Settings, type Stage, Status, electionId, encodeVoteRecord, statusNames } from "./records.ts";
import { type Report, fail } from "./report.ts";
import type { Change, NewElection, Tx, VoteFacts } from "./tx.ts";

const maxSeconds = 316_224_000n; // ten years: of an election, and how far ahead it is announced

/** Block is what the law asks of a block. */
export interface Block {
  readonly height: number;
  readonly time: bigint; // whole seconds
}

/** Voter is the newest vote of a nullifier. */
interface Voter {
  position: number;
  overwrites: number;
  weight: bigint;
  values: readonly number[];
  hashes: string; // of all ballots so far, 32 characters each
}

/** Election is run by its transactions, in their order. */
export class Election {
  stage: Stage | undefined; // none before it is created
  readonly log = new Tree();
  transactions = 0;
  strangers = 0; // changes that are not signed by the organisation
  overwritten = 0;
  lastHeight = 0;
  private readonly voters = new Map<string, Voter>();

  constructor(
    private readonly chainId: string,
    private readonly id: Bytes,
    private readonly settings: Settings, // as they are claimed
    private readonly report: Report,
  ) {}

  /** apply applies a transaction whose bytes have been verified (V03, V16 to V20, V25,
   * V41). */
  apply(t: Tx, b: Block): void {
    const p = t.payload;
    if (p.kind === "other" || (p.kind !== "new" && !equal(p.election, this.id))) fail("V41", `block ${b.height}: a transaction is not about the election`);
    if ((p.kind === "new") !== (this.stage === undefined)) fail("V03", `block ${b.height}: the election is created twice, or used before`);
    if (p.kind === "new") this.create(p, t.signer, b);
    else if (t.vote) this.vote(t.vote, b);
    else if (p.kind !== "vote") this.change(p, b);
    if (p.kind !== "vote" && !equal(t.signer, this.settings.organisation)) this.strangers++;
    this.transactions++;
    this.lastHeight = b.height;
  }

  /** closed is the stage after the close, when nothing changes it any more. */
  closed(): Stage {
    const stage = this.stage ?? fail("V03", "no transaction creates the election");
    if (stage.status === Status.canceled) fail("V03", "the election was canceled, and has no result");
    return { ...stage, status: Status.results };
  }

  /** count is how many voters there are. */
  get count(): number {
    return this.voters.size;
  }

  /** newest is the position of the vote of a nullifier that counts. */
  newest(nullifier: Bytes): number | undefined {
    return this.voters.get(toKey(nullifier))?.position;
  }

  /** tally adds up the ballots that count. pause is awaited now and then. */
  async tally(pause: () => Promise<void>): Promise<Tally> {
    const t = Tally.of(this.settings.rules);
    let n = 0;
    for (const v of this.voters.values()) {
      t.add(this.settings.rules, v.values, v.weight);
      if (++n % 1024 === 0) await pause();
    }
    return t;
  }

  /** nullifiers is the sorted set of nullifiers: its root, and its last member. pause
   * is awaited now and then. */
  async nullifiers(pause: () => Promise<void>): Promise<{ root: Bytes; last: Bytes | undefined }> {
    const set = new Tree();
    const sorted = [...this.voters.keys()].sort();
    for (const key of sorted) {
      set.add(leafHash(fromKey(key)));
      if (set.size % 256 === 0) await pause();
    }
    const last = sorted.at(-1);
    return { root: set.root(), last: last === undefined ? undefined : fromKey(last) };
  }

  private create(p: NewElection, signer: Bytes, b: Block): void {
    const start = p.start === 0n ? b.time : p.start;
    const s: Settings = {
      organisation: p.organisation ?? signer,
      creator: signer,
      index: this.settings.index,
      anonymous: p.anonymous,
      encrypted: p.encrypted,
      rules: p.rules,
      censusOrigin: p.censusOrigin,
      start,
      autoStart: p.autoStart,
      interruptible: p.interruptible,
      dynamicCensus: p.dynamicCensus,
      encryptedMetadata: p.encryptedMetadata,
      tempKeys: p.tempKeys,
      metadata: p.metadata,
      createdTime: b.time,
      createdHeight: BigInt(b.height),
    };
    if (!same(s, this.settings)) fail("V03", "the settings are not those of the transaction that created the election");
    if (p.expect && !equal(p.expect, this.id)) fail("V03", "the transaction that created the election expects another one");
    if (!equal(electionId(this.chainId, s), this.id)) fail("V03", "the id does not follow from the settings");
    if (p.metadata.length === 0 || p.censusURI.length === 0) fail("V03", "an election without metadata or census");
    if (start < b.time || start > b.time + maxSeconds) fail("V03", "the election begins before it was created, or too late");
    this.stage = {
      status: p.paused ? Status.paused : Status.ready,
      manuallyEnded: false,
      censusRoot: p.censusRoot,
      censusURI: p.censusURI,
      maxCensusSize: p.maxCensusSize,
      end: start + p.duration,
      failReason: new Uint8Array(0),
    };
  }

  private change(p: Change, b: Block): void {
    const before = this.stage as Stage;
    const refused = (why: string): never => fail("V03", `block ${b.height}: ${why}`);
    if (p.kind === "status") this.stage = this.changeStatus(before, p.status, b, refused);
    else {
      if (before.status !== Status.ready && before.status !== Status.paused) refused("a change of an election that is closed");
      if (b.time > before.end) refused("a change of an election that is over");
      this.stage = p.kind === "census" ? this.changeCensus(before, p, refused) : this.changeDuration(before, p.duration, b, refused);
    }
  }

  private changeStatus(before: Stage, to: number, b: Block, refused: (why: string) => never): Stage {
    const from = before.status;
    const over = b.time > before.end;
    const open = from === Status.ready || from === Status.paused;
    const free = this.settings.interruptible;
    const allowed =
      from !== to &&
      open &&
      ((to === Status.ended && (free || over)) ||
        (from === Status.paused && (to === Status.ready || to === Status.canceled)) ||
        (from === Status.ready && (to === Status.paused || to === Status.canceled) && free));
    if (!allowed) refused(`a step from ${statusNames[from]} to ${statusNames[to] ?? to}`);
    if (over && to !== Status.ended) refused("a change of an election that is over");
    if (to !== Status.ended && to !== Status.canceled) return { ...before, status: to };
    const now = b.time > this.settings.start ? b.time : this.settings.start;
    return { ...before, status: to, manuallyEnded: true, end: now < before.end ? now : before.end };
  }

  private changeCensus(before: Stage, p: Change & { kind: "census" }, refused: (why: string) => never): Stage {
    const after: Stage = {
      ...before,
      censusRoot: p.root ?? before.censusRoot,
      censusURI: p.uri.length > 0 ? p.uri : before.censusURI,
      maxCensusSize: p.size !== 0n ? p.size : before.maxCensusSize,
    };
    const newRoot = !equal(after.censusRoot, before.censusRoot);
    const newURI = !equal(after.censusURI, before.censusURI);
    if (!newRoot && !newURI && after.maxCensusSize === before.maxCensusSize) refused("a change of the census that changes nothing");
    if (!this.settings.dynamicCensus && (newRoot || newURI)) refused("a change of a census that is not dynamic");
    if (after.censusURI.length === 0 || (newRoot && p.uri.length === 0)) refused("a census without its URI");
    if (after.maxCensusSize < before.maxCensusSize) refused("a census that shrinks");
    return after;
  }

  private changeDuration(before: Stage, duration: bigint, b: Block, refused: (why: string) => never): Stage {
    const end = this.settings.start + duration;
    if (end === before.end) refused("a change of the duration that changes nothing");
    if (end <= b.time) refused("an end that is past");
    if (end < before.end && !this.settings.interruptible) refused("an election is cut short that is not interruptible");
    return { ...before, end };
  }

  private vote(v: VoteFacts, b: Block): void {
    const stage = this.stage as Stage;
    const where = `block ${b.height}, nullifier ${hex(v.nullifier)}`;
    if (stage.status !== Status.ready) fail("V20", `${where}: the election is ${statusNames[stage.status]}`);
    if (b.time < this.settings.start || b.time > stage.end) {
      fail("V20", `${where}: the time is ${b.time}, the election is open from ${this.settings.start} to ${stage.end}`);
    }
    if (!equal(v.root, stage.censusRoot)) fail("V16", `${where}: the proof leads to ${hex(v.root)}, the census is ${hex(stage.censusRoot)}`);
    const rule = broken(this.settings.rules, v.values, v.weight);
    if (rule) fail("V18", `${where}: the ballot breaks ${rule}`);
    this.record(v, b, stage, where);
  }

  private record(v: VoteFacts, b: Block, stage: Stage, where: string): void {
    const key = toKey(v.nullifier);
    const hash = toKey(v.ballotHash);
    const old = this.voters.get(key);
    const position = this.log.size;
    for (const check of ["V16", "V18", "V20"] as const) this.report.passed(check);
    if (old) this.replace(old, hash, where);
    else if (BigInt(this.voters.size) >= stage.maxCensusSize) fail("V17", `${where}: the census of ${stage.maxCensusSize} is full`);
    this.report.passed("V17");
    if (old) this.report.passed("V25");
    const replaces = old ? BigInt(old.position) + 1n : 0n;
    const overwrites = old ? old.overwrites + 1 : 0;
    const leaf = encodeVoteRecord({ ...v, replaces, overwrites, height: BigInt(b.height) });
    this.log.add(leafHash(leaf));
    this.voters.set(key, { position, overwrites, weight: v.weight, values: v.values, hashes: (old?.hashes ?? "") + hash });
  }

  private replace(old: Voter, hash: string, where: string): void {
    const limit = this.settings.rules.maxVoteOverwrites;
    if (old.overwrites >= limit) fail("V25", `${where}: the vote is replaced more than ${limit} times`);
    for (let i = 0; i < old.hashes.length; i += hash.length) {
      if (old.hashes.startsWith(hash, i)) fail("V25", `${where}: the ballot was accepted before`);
    }
    this.overwritten++;
  }
}

// 32 bytes as a string of as many characters, whose order is that of the bytes.
const toKey = (b: Bytes): string => String.fromCharCode(...b);
const fromKey = (s: string): Bytes => Uint8Array.from(s, (c) => c.charCodeAt(0));

/** same compares two records, field by field. */
export function same(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return equal(a, b);
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const names = Object.keys(a);
  const [x, y] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return names.length === Object.keys(b).length && names.every((n) => same(x[n], y[n]));
}
