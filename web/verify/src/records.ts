// The records of the hashed tree and of the vote log: docs/spec/state.md sections 2
// and 3, docs/spec/encoding.md sections 6 and 7.

import { type Bytes, concat, hex, utf8 } from "./bytes.ts";
import { NotCanonical, type Reader, amount, read, u32, uvarint } from "./codec.ts";
import { type Rules, type Tally, readRules, readTally } from "./ballot.ts";
import { keccak256 } from "./hash.ts";

const maxURI = 2083;

/** Status is a stage of an election's life. */
export const Status = { ready: 1, ended: 2, canceled: 3, paused: 4, results: 5, failed: 6 } as const;

export const statusNames = ["", "READY", "ENDED", "CANCELED", "PAUSED", "RESULTS", "FAILED"] as const;

/** Settings are what an election was created with. */
export interface Settings {
  readonly organisation: Bytes;
  readonly creator: Bytes;
  readonly index: number;
  readonly anonymous: boolean;
  readonly encrypted: boolean;
  readonly rules: Rules;
  readonly censusOrigin: number;
  readonly start: bigint;
  readonly autoStart: boolean;
  readonly interruptible: boolean;
  readonly dynamicCensus: boolean;
  readonly encryptedMetadata: boolean;
  readonly tempKeys: boolean;
  readonly metadata: Bytes; // URI
  readonly createdTime: bigint;
  readonly createdHeight: bigint;
}

/** Stage is what changes about an election. */
export interface Stage {
  readonly status: number;
  readonly manuallyEnded: boolean;
  readonly censusRoot: Bytes;
  readonly censusURI: Bytes;
  readonly maxCensusSize: bigint;
  readonly end: bigint;
  readonly failReason: Bytes;
}

/** Log commits to an election's votes. */
export interface Log {
  readonly root: Bytes;
  readonly size: bigint;
  readonly voters: bigint;
}

/** Result is the last word on an election. */
export interface Result {
  readonly tally: Tally;
  readonly votes: bigint;
  readonly overwritten: bigint;
  readonly invalid: bigint;
  readonly censusRoot: Bytes;
  readonly voteRoot: Bytes;
  readonly voteSize: bigint;
  readonly method: number;
  readonly height: bigint;
}

/** Sealing is the set of the nullifiers of a closed election, as far as it is
 * made. */
export interface Sealing {
  readonly done: boolean;
  readonly count: bigint;
  readonly last: Bytes | undefined; // if there are any
  readonly root: Bytes | undefined; // if it is done
}

/** VoteRecord is a leaf of a vote log. */
export interface VoteRecord {
  readonly nullifier: Bytes;
  readonly ballotHash: Bytes;
  readonly weight: bigint;
  readonly replaces: bigint; // position of the record it replaces, plus one; 0 if none
  readonly overwrites: number;
  readonly height: bigint;
}

function version(r: Reader): void {
  if (r.u8() !== 1) throw new NotCanonical("an unknown version");
}

const max32 = 2 ** 32 - 1;

export function readSettings(r: Reader): Settings {
  version(r);
  return {
    organisation: r.fixed(20),
    creator: r.fixed(20),
    index: r.u32(),
    anonymous: r.bool(),
    encrypted: r.bool(),
    rules: readRules(r),
    censusOrigin: r.u8(),
    start: r.u64(),
    autoStart: r.bool(),
    interruptible: r.bool(),
    dynamicCensus: r.bool(),
    encryptedMetadata: r.bool(),
    tempKeys: r.bool(),
    metadata: r.bytes(maxURI),
    createdTime: r.u64(),
    createdHeight: r.u64(),
  };
}

export function readStage(r: Reader): Stage {
  version(r);
  const status = r.u8();
  if (status < Status.ready || status > Status.failed) throw new NotCanonical(`status ${status}`);
  return {
    status,
    manuallyEnded: r.bool(),
    censusRoot: r.fixed(32),
    censusURI: r.bytes(maxURI),
    maxCensusSize: r.uvarint(),
    end: r.u64(),
    failReason: r.bytes(256),
  };
}

export function readLog(r: Reader): Log {
  version(r);
  const log = { root: r.fixed(32), size: r.uvarint(), voters: r.uvarint() };
  if (log.voters > log.size) throw new NotCanonical("more voters than votes");
  return log;
}

export function readResult(r: Reader): Result {
  version(r);
  return {
    tally: readTally(r),
    votes: r.uvarint(),
    overwritten: r.uvarint(),
    invalid: r.uvarint(),
    censusRoot: r.fixed(32),
    voteRoot: r.fixed(32),
    voteSize: r.uvarint(),
    method: r.u8(),
    height: r.uvarint(),
  };
}

export function readSealing(r: Reader): Sealing {
  version(r);
  const [done, count] = [r.bool(), r.uvarint()];
  const last = count > 0n ? r.fixed(32) : undefined;
  if (done) return { done, count, last, root: r.fixed(32) };
  for (let rest = count; rest > 0n; rest >>= 1n) if ((rest & 1n) === 1n) r.fixed(32);
  return { done, count, last, root: undefined };
}

export function readVoteRecord(r: Reader): VoteRecord {
  version(r);
  const v = {
    nullifier: r.fixed(32),
    ballotHash: r.fixed(32),
    weight: r.amount(),
    replaces: r.uvarint(),
    overwrites: r.uint(max32),
    height: r.uvarint(),
  };
  if (v.weight === 0n || v.weight >> 128n !== 0n) throw new NotCanonical("a vote's weight");
  if ((v.replaces === 0n) !== (v.overwrites === 0)) throw new NotCanonical("a vote that replaces one and does not");
  return v;
}

function account(r: Reader): void {
  version(r);
  r.uvarint(); // balance
  r.uint(max32); // nonce
  r.uint(max32); // elections created
  r.bytes(maxURI);
  for (let n = r.uint(64); n > 0; n--) r.fixed(20);
  const key = r.bytes(32);
  if (key.length !== 0 && key.length !== 32) throw new NotCanonical("an identity key");
}

function parameters(r: Reader): void {
  version(r);
  for (let n = 22; n > 0; n--) r.uvarint();
  for (let n = 3; n > 0; n--) r.u32();
}

function issuer(r: Reader): void {
  version(r);
  const key = r.bytes(33);
  const classes = r.uint(32);
  if (key.length === 0 ? classes === 0 : key.length !== 33 || classes > 0) throw new NotCanonical("an issuer has a key, or classes");
  for (let n = classes; n > 0; n--) {
    const weight = r.amount();
    if (weight === 0n || weight >> 128n !== 0n) throw new NotCanonical("a class's weight");
    r.fixed(32); // hash of its key
    const issued = r.uvarint();
    if (r.uvarint() > issued) throw new NotCanonical("more voters than credentials");
  }
}

function validator(r: Reader): void {
  version(r);
  r.fixed(33); // key
  r.uvarint(); // power
  r.bytes(64); // name
  r.fixed(20); // account
  for (let n = 3; n > 0; n--) r.uvarint(); // joined at, proposals, votes
}

function uptime(r: Reader): void {
  version(r);
  r.uint(max32); // seen
  r.uint(max32); // missed
  r.bytes(12_500);
}

const numbers =
  (n: number) =>
  (r: Reader): void => {
    version(r);
    for (let i = 0; i < n; i++) r.u64();
  };

/** Kind is a kind of record: its name, the length of its key, and how it is read. */
interface Kind {
  readonly name: string;
  readonly key: number | ((rest: Bytes) => boolean);
  readonly read: (r: Reader) => unknown;
}

const work = (rest: Bytes): boolean => rest.length === 9 + ({ 1: 32, 2: 32, 3: 28 }[rest[8] ?? 0] ?? NaN);

const kinds: Record<string, Kind> = {
  p: { name: "the parameters", key: 0, read: parameters },
  b: { name: "the block mark", key: 0, read: numbers(2) },
  a: { name: "account", key: 20, read: account },
  f: { name: "faucet package", key: 28, read: numbers(1) },
  e: { name: "the settings of election", key: 32, read: readSettings },
  s: { name: "the stage of election", key: 32, read: readStage },
  l: { name: "the vote log of election", key: 32, read: readLog },
  t: { name: "the tally of election", key: 32, read: readTally },
  r: { name: "the result of election", key: 32, read: readResult },
  n: { name: "the set of nullifiers of election", key: 32, read: readSealing },
  i: { name: "the issuer of election", key: 32, read: issuer },
  k: { name: "the key of an issuer", key: 32, read: numbers(1) },
  q: { name: "work", key: work, read: version },
  v: { name: "validator", key: 20, read: validator },
  u: { name: "the uptime of validator", key: 20, read: uptime },
  x: { name: "the misbehaviour of validator", key: 20, read: numbers(1) },
};

function kindOf(key: Bytes): Kind {
  const kind = kinds[String.fromCharCode(key[0] ?? 0)];
  const rest = key.subarray(1);
  if (!kind || !(typeof kind.key === "number" ? rest.length === kind.key : kind.key(rest))) {
    throw new NotCanonical(`${hex(key) || "nothing"} is no key`);
  }
  return kind;
}

/** recordName says what a key is about. It throws NotCanonical if it is no key. */
export function recordName(key: Bytes): string {
  return `${kindOf(key).name} ${hex(key.subarray(1))}`.trim();
}

/** checkRecord refuses a key that no record has, and a value that is no record of
 * the kind that the key names. It throws NotCanonical. */
export function checkRecord(key: Bytes, value: Bytes | undefined): void {
  const kind = kindOf(key);
  if (value) read(value, kind.read);
}

/** keyOf is the key of a record of an election. */
export function keyOf(prefix: "e" | "s" | "l" | "t" | "r" | "n", election: Bytes): Bytes {
  return concat(utf8(prefix), election);
}

/** electionId is the id of an organisation's election. */
export function electionId(chainId: string, s: Pick<Settings, "organisation" | "censusOrigin" | "anonymous" | "encrypted" | "rules" | "index">): Bytes {
  const bits = [false, s.anonymous, s.encrypted, s.rules.uniqueValues, s.rules.costFromWeight];
  const mode = bits.reduce((m, on, i) => (on ? m | (1 << i) : m), 0);
  return concat(keccak256(utf8(chainId)).subarray(0, 6), s.organisation, Uint8Array.of(s.censusOrigin, mode), u32(s.index));
}

/** nullifierOf is the nullifier of a vote that its voter signs. */
export function nullifierOf(voter: Bytes, election: Bytes): Bytes {
  return keccak256(voter, election);
}

/** encodeVoteRecord writes what readVoteRecord reads. */
export function encodeVoteRecord(v: VoteRecord): Bytes {
  return concat(
    Uint8Array.of(1),
    v.nullifier,
    v.ballotHash,
    amount(v.weight),
    uvarint(v.replaces),
    uvarint(v.overwrites),
    uvarint(v.height),
  );
}
