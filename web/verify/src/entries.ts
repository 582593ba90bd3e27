// 60-blocks of an archive: docs/spec/audit.md section 2.2. Entries are read ahead of
// their turn, so that their transactions can be verified on other processors.

import { type Bytes, equal, hex } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { type Commit, parseCommit, signatures } from "./commit.ts";
import type { Election } from "./election.ts";
import { sha256 } from "./hash.ts";
import { type Header, type Validators, parseHeader } from "./header.ts";
import { merkleRoot } from "./log.ts";
import type { Machine, Verified } from "./machine.ts";
import type { Manifest } from "./manifest.ts";
import { type Report, fail, underAsync } from "./report.ts";
import { Ended, type Input, Stream } from "./stream.ts";
import { type Trusted, follow } from "./trust.ts";

const maxHeader = 16 << 10;
const maxCommit = 1 << 20;
const maxTx = 102_400;
const maxTxs = 1 << 22;
const maxEntry = 128 << 20;

/** Entry is a height of the election. */
interface Entry {
  readonly header: Header;
  readonly commit: Commit | undefined;
  readonly hashes: readonly Bytes[]; // of all transactions of the block
  readonly size: number;
  readonly verified: Promise<Verified[]>; // those of the election
  readonly keys: Promise<(Bytes | undefined)[]>; // of the signatures of the commit
}

/** Entries checks the entries one by one. */
export class Entries {
  private last: Header | undefined;
  private signed = false; // the last entry has a commit
  private first = 0;
  private count = 0;
  private used = 0; // so many sets were used, the first ones
  private readonly places: Map<string, number>;

  constructor(
    private readonly manifest: Manifest,
    private readonly sets: readonly Validators[],
    private trusted: Trusted,
    private readonly election: Election,
    private readonly machine: Machine,
    private readonly report: Report,
    private readonly holds: (h: Header) => void,
  ) {
    this.places = new Map(sets.map((s, i) => [hex(s.hash), i]));
  }

  /** read reads them all. */
  async read(input: Input): Promise<void> {
    for await (const e of ahead(this.parse(new Stream(input)))) await this.entry(e);
    if (!this.last) return fail("V41", "60-blocks is empty");
    if (!this.signed) fail("V22", `header ${this.last.height}, the last one, has no commit`);
    if (this.used < this.sets.length) fail("V41", `set ${this.used} of 20-validators is of no commit`);
  }

  /** span is what the closing record says of the entries. */
  span(): { firstHeight: number; lastHeight: number; entries: number } {
    return { firstHeight: this.first, lastHeight: this.last?.height ?? 0, entries: this.count };
  }

  private async *parse(stream: Stream): AsyncGenerator<Entry> {
    while (!(await stream.ended())) {
      yield await underAsync("V41", "60-blocks", async () => {
        try {
          return await this.parseEntry(stream);
        } catch (err) {
          throw err instanceof Ended ? new NotCanonical("it ends in the middle of an entry") : err;
        }
      });
    }
  }

  private async parseEntry(stream: Stream): Promise<Entry> {
    const header = await bytes(stream, maxHeader);
    const commit = await bytes(stream, maxCommit);
    const [h, c] = [parseHeader(header), commit.length === 0 ? undefined : parseCommit(commit)];
    const hashes: Bytes[] = [];
    const own: Bytes[] = [];
    let size = 0;
    for (let n = await length(stream, maxTxs); n > 0; n--) {
      const kind = await length(stream, 1);
      const raw = kind === 1 ? await bytes(stream, maxTx) : undefined;
      if (raw) own.push(raw);
      hashes.push(raw ? sha256(raw) : (await stream.take(32)).slice());
      size += 32 + (raw?.length ?? 0);
      if (size > maxEntry) throw new NotCanonical("a block that is too large");
      await this.machine.pause();
    }
    const verified = this.machine.verify(this.manifest.chainId, own);
    const keys = this.machine.keysOf(signatures(h, c));
    for (const p of [verified, keys]) p.catch(() => undefined); // whose turn it is will see it
    return { header: h, commit: c, hashes, size, verified, keys };
  }

  private async entry(e: Entry): Promise<void> {
    this.header(e);
    if (e.hashes.length > 0) {
      if (!equal(merkleRoot(e.hashes), e.header.dataHash)) fail("V44", `the transactions of block ${e.header.height} are not those of its header`);
      this.report.passed("V44");
    }
    if (e.commit) this.commit(e.header, e.commit, await e.keys);
    for (const t of await e.verified) {
      if ("failed" in t) return fail(t.failed, `block ${e.header.height}: ${t.detail}`);
      this.election.apply(t, { height: e.header.height, time: e.header.seconds });
      this.report.passed("V13");
      this.report.passed("V14");
      if (this.election.transactions % 1024 === 0) this.machine.progress(this.election.transactions);
      await this.machine.pause();
    }
    await this.machine.pause();
  }

  /** header checks that an entry continues what came before. */
  private header(e: Entry): void {
    const [h, last] = [e.header, this.last];
    if (h.chainId !== this.manifest.chainId) fail("V01", `header ${h.height} is of chain ${h.chainId}`);
    if ((last && h.height <= last.height) || h.height > this.manifest.height) fail("V21", `header ${h.height} does not stand in its place`);
    if (last) {
      const earlier = h.seconds < last.seconds || (h.seconds === last.seconds && h.nanos < last.nanos);
      if (earlier) fail("V21", `header ${h.height} is earlier than header ${last.height}`);
      const next = h.height === last.height + 1;
      if (next && !equal(h.lastHash, last.hash)) fail("V21", `header ${h.height} names another block before it`);
      if (!next && !this.signed) fail("V22", `header ${last.height} has no commit, and no header after it leads to one`);
    }
    this.holds(h);
    this.first ||= h.height;
    this.last = h;
    this.signed = e.commit !== undefined;
    this.count++;
    this.report.passed("V21");
  }

  /** commit checks the commit of an entry, and that it follows from what is trusted. */
  private commit(header: Header, commit: Commit, keys: readonly (Bytes | undefined)[]): void {
    const place = this.places.get(hex(header.validatorsHash)) ?? fail("V45", `20-validators does not hold the validators of header ${header.height}`);
    if (place > this.used) fail("V41", `set ${place} of 20-validators is used before set ${this.used}`);
    this.used = Math.max(this.used, place + 1);
    this.trusted = follow(this.trusted, { header, commit, validators: this.sets[place] as Validators }, keys, this.report);
  }
}

async function length(stream: Stream, limit: number): Promise<number> {
  const n = await stream.uvarint(limit);
  if (n === undefined) throw new NotCanonical(`no number of at most ${limit}`);
  return n;
}

async function bytes(stream: Stream, limit: number): Promise<Bytes> {
  return (await stream.take(await length(stream, limit))).slice();
}

const lookAhead = 4 << 20;

/** ahead asks for entries before they are needed, until those that wait are many
 * bytes together. Errors come in their turn. */
async function* ahead(entries: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
  const waiting: Entry[] = [];
  let [size, ended, stopped, problem]: [number, boolean, boolean, unknown] = [0, false, false, undefined];
  let wake = (): void => undefined; // whoever waits: there is one at most
  const sleep = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const pump = async (): Promise<void> => {
    for await (const e of entries) {
      waiting.push(e);
      size += e.size;
      wake();
      while (!stopped && (size > lookAhead || waiting.length > 64)) await sleep();
      if (stopped) return;
    }
  };
  pump()
    .catch((err: unknown) => (problem = err))
    .finally(() => {
      ended = true;
      wake();
    });
  try {
    for (;;) {
      const e = waiting.shift();
      if (e) {
        yield e;
        size -= e.size;
        wake();
      } else if (ended) {
        if (problem !== undefined) throw problem;
        return;
      } else {
        await sleep();
      }
    }
  } finally {
    stopped = true;
    wake();
  }
}
