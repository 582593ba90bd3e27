// The wire of docs/spec/wire.md: which fields a message has, and strict reading of
// them. Values are asked for by name.

import { type Bytes, isZero, text } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { type Value, fields as take } from "./protobuf.ts";
import { fail } from "./report.ts";

/** Field says what a field of a message may hold. A number is between min and max,
 * bytes are that long; with min above zero the field must be there. */
export interface Field {
  readonly number: number;
  readonly name: string;
  readonly type: "number" | "bytes" | "text" | "id" | "list" | "refused" | "proof" | "issuer" | readonly Field[];
  readonly min: number; // of a list: how many, each being an address
  readonly max: number;
  readonly zero: boolean; // it may be written although nothing is in it
}

const field = (type: Field["type"], number: number, name: string, min: number, max: number, zero = false): Field => {
  return { number, name, type, min, max, zero };
};
const num = field.bind(undefined, "number");
const bytes = field.bind(undefined, "bytes");
const txt = (number: number, name: string, max: number): Field => field("text", number, name, 0, max, true);
const id = field.bind(undefined, "id"); // an address, an election or a root: not all zeros
const flag = (number: number, name: string, zero = false): Field => num(number, name, 0, 1, zero);
const message = (number: number, name: string, ...fields: Field[]): Field => field(fields, number, name, 0, Infinity, true);
const refused = (...numbers: number[]): Field[] => numbers.map((n) => field("refused", n, `field ${n}`, 0, 0));
const otherProof = (...numbers: number[]): Field[] => numbers.map((n) => field("proof", n, `field ${n}`, 0, 0));
const ofIssuers = (number: number, name: string): Field => field("issuer", number, name, 0, 0);

const max31 = 2 ** 31 - 1;
const max32 = 2 ** 32 - 1;
const max64 = Infinity; // every number of the wire is below 2^64
const maxURI = 2083;
const maxDuration = 316_224_000;
const maxTx = 102_400;
const maxFaucet = 256;

export const signedTx: Field[] = [bytes(1, "tx", 0, maxTx), bytes(2, "signature", 0, maxTx, true)];

export const vote: Field[] = [
  bytes(1, "nonce", 0, 32),
  id(2, "processId", 32, 32),
  message(
    3,
    "proof",
    ...otherProof(3, 4, 5),
    message(
      6,
      "arbo",
      num(1, "type", 0, max31),
      bytes(2, "siblings", 0, 5144),
      bytes(3, "availableWeight", 0, 32),
      num(4, "keyType", 0, max31),
      bytes(5, "voteWeight", 0, 32),
    ),
    ...refused(7),
    ...otherProof(8, 9, 1000),
  ),
  bytes(4, "votePackage", 1, 8192),
  ...refused(5),
  field("refused", 6, "encryptionKeyIndexes", 0, 0, true),
  bytes(7, "memo", 0, 256, true),
];

export const newProcess: Field[] = [
  num(1, "txtype", 1, 1),
  num(2, "nonce", 0, max32),
  message(
    3,
    "process",
    id(1, "processId", 0, 32),
    id(2, "entityId", 0, 20),
    ...refused(3, 4),
    bytes(5, "censusRoot", 0, 33),
    txt(6, "censusURI", maxURI),
    ...refused(8, 9, 11),
    num(12, "status", 1, 4),
    ...refused(13, 14),
    message(15, "envelopeType", ...refused(1), flag(2, "anonymous"), flag(3, "encryptedVotes"), flag(4, "uniqueValues"), flag(5, "costFromWeight")),
    message(16, "mode", flag(1, "autoStart"), flag(2, "interruptible"), flag(3, "dynamicCensus"), flag(4, "encryptedMetaData"), ...refused(5)),
    ...refused(17, 18),
    message(
      19,
      "voteOptions",
      num(1, "maxCount", 0, max32),
      num(2, "maxValue", 0, max32),
      num(3, "maxVoteOverwrites", 0, max32),
      num(4, "maxTotalCost", 0, max32),
      num(5, "costExponent", 0, max32),
    ),
    num(20, "censusOrigin", 0, max31),
    ...refused(21, 23, 24, 25),
    txt(26, "metadata", maxURI),
    ...refused(27),
    num(28, "maxCensusSize", 1, max64),
    ...refused(29, 30, 31, 32, 33),
    flag(34, "tempSIKs", true),
    num(35, "startTime", 0, max32),
    num(36, "duration", 1, maxDuration),
    ofIssuers(1000, "weightClasses"),
  ),
  bytes(4, "faucetPackage", 0, maxFaucet, true),
];

export const setStatus: Field[] = [
  num(1, "txtype", 2, 2),
  num(2, "nonce", 0, max32),
  id(3, "processId", 32, 32),
  num(4, "status", 0, 5, true),
  ...refused(5, 6, 7, 8, 9, 10, 11, 12),
];

export const setCensus: Field[] = [
  num(1, "txtype", 3, 3),
  num(2, "nonce", 0, max32),
  id(3, "processId", 32, 32),
  ...refused(4, 5),
  bytes(6, "censusRoot", 0, 33, true),
  txt(7, "censusURI", maxURI),
  ...refused(8, 9, 10, 11),
  num(12, "censusSize", 0, max64, true),
  ofIssuers(1000, "issued"),
];

export const setDuration: Field[] = [
  num(1, "txtype", 28, 28),
  num(2, "nonce", 0, max32),
  id(3, "processId", 32, 32),
  ...refused(4, 5, 6, 7, 8, 9, 10),
  num(11, "duration", 1, maxDuration),
  ...refused(12),
];

export const faucetPackage: Field[] = [bytes(1, "payload", 1, maxFaucet), bytes(2, "signature", 65, 65)];

export const faucetPayload: Field[] = [
  num(1, "identifier", 0, max64),
  id(2, "to", 20, 20),
  num(3, "amount", 1, max64),
  field("text", 1000, "chainId", 0, 50),
  num(1001, "notAfter", 0, 253_402_300_799),
];

export const sendTokens: Field[] = [num(1, "txtype", 0, max31), num(2, "nonce", 0, max32), id(3, "from", 0, 20), id(4, "to", 20, 20), num(5, "value", 1, max64)];

export const collectFaucet: Field[] = [num(1, "txType", 0, max31), bytes(2, "faucetPackage", 1, maxFaucet), num(3, "nonce", 0, max32)];

const account = (kind: number, ...rest: Field[]): Field[] => [
  num(1, "txtype", kind, kind),
  num(2, "nonce", 0, kind === 23 ? 0 : max32, true),
  ...rest,
];
const owner = field("id", 4, "account", 0, 20, true);
const delegates = (min: number): Field => field("list", 6, "delegates", min, 64);

export const createAccount = account(23, txt(3, "infoURI", maxURI), owner, bytes(5, "faucetPackage", 0, maxFaucet, true), delegates(0), bytes(7, "SIK", 0, 32, true), ...refused(8, 9, 1000));
export const setAccountInfo = account(17, txt(3, "infoURI", maxURI), owner, ...refused(5, 6, 7, 8, 9, 1000));
export const changeDelegates = (kind: 18 | 19): Field[] => account(kind, ...refused(3), owner, ...refused(5), delegates(1), ...refused(7, 8, 9, 1000));
export const setValidator = account(27, ...refused(3), owner, ...refused(5, 6, 7), bytes(8, "publicKey", 33, 33), txt(9, "name", 64), bytes(1000, "possession", 65, 65));

/** Values are the fields of a message and of those within, by name. */
export class Values {
  private readonly all = new Map<string, Value>();
  private readonly lists = new Map<string, Bytes[]>();

  number(name: string): bigint {
    const v = this.all.get(name);
    return typeof v === "bigint" ? v : 0n;
  }

  small(name: string): number {
    return Number(this.number(name));
  }

  flag(name: string): boolean {
    return this.number(name) === 1n;
  }

  bytes(name: string): Bytes {
    const v = this.all.get(name);
    return v === undefined || typeof v === "bigint" ? new Uint8Array(0) : v;
  }

  list(name: string): readonly Bytes[] {
    return this.lists.get(name) ?? [];
  }

  set(name: string, v: Value): void {
    this.all.set(name, v);
  }

  add(name: string, v: Bytes): void {
    this.lists.set(name, [...this.list(name), v]);
  }
}

/** decode reads a message. It throws NotCanonical, and names a check for what only
 * elections with an issuer know, which this verifier does not judge: V16 for a proof,
 * V03 for the rest. */
export function decode(fields: readonly Field[], b: Bytes): Values {
  const out = new Values();
  into(out, "", fields, b);
  return out;
}

function into(out: Values, path: string, fields: readonly Field[], b: Bytes): void {
  let [next, again] = [0, false]; // the field that may come, and whether it has
  const pass = (): void => {
    left(out, path, fields[next++] as Field, again);
    again = false;
  };
  for (const { number, value } of take(b)) {
    while (next < fields.length && (fields[next] as Field).number < number) pass();
    const f = fields[next];
    if (f?.number !== number || (again && f.type !== "list")) throw new NotCanonical(`${path}field ${number} is unknown, repeated or out of order`);
    store(out, path, f, value);
    again = true;
  }
  while (next < fields.length) pass();
}

/** left checks a field of which no more can come. */
function left(out: Values, path: string, f: Field, there: boolean): void {
  const name = path + f.name;
  const n = out.list(name).length;
  if (f.type === "list" && (n < f.min || n > f.max)) throw new NotCanonical(`${name}: ${n} entries`);
  if (there) return;
  if (typeof f.type === "object") into(out, `${name}.`, f.type, new Uint8Array(0));
  else if (f.min > 0) throw new NotCanonical(`${name} is missing`);
}

function store(out: Values, path: string, f: Field, value: Value): void {
  const name = path + f.name;
  const size = typeof value === "bigint" ? value : value.length;
  if (f.type === "proof") fail("V16", `${name} is a proof of a kind that no election with a census tree takes`);
  if (f.type === "issuer") fail("V03", `${name} is for elections with an issuer`);
  if (f.type === "refused") {
    if (f.zero && typeof value !== "bigint" && size === 0) return;
    throw new NotCanonical(`${name} may not be set`);
  }
  if (f.type === "number") {
    if (typeof value !== "bigint") throw new NotCanonical(`${name} is no number`);
  } else if (typeof value === "bigint") {
    throw new NotCanonical(`${name} is a number`);
  } else if (typeof f.type === "object") {
    return into(out, `${name}.`, f.type, value);
  } else if (f.type === "list") {
    if (value.length !== 20 || isZero(value)) throw new NotCanonical(`${name} has an entry that is no address`);
    return out.add(name, value);
  } else {
    check(f, name, value);
  }
  if (size < f.min || size > f.max) throw new NotCanonical(`${name} is out of its bounds`);
  if (size == 0 && !f.zero) throw new NotCanonical(`${name}: a zero is written by leaving the field out`);
  out.set(name, value);
}

function check(f: Field, name: string, value: Bytes): void {
  if (f.type === "id" && value.length !== 0 && (value.length !== f.max || isZero(value))) throw new NotCanonical(`${name} is no name`);
  if (f.type !== "text") return;
  if (text(value) === undefined || value.some((c) => c < 0x20 || c === 0x7f)) throw new NotCanonical(`${name} is no text`);
}
