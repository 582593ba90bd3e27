// What is trusted, and what follows from it: docs/spec/proofs.md section 5.

import { type Bytes, equal, hex, text, unbase64, unhex } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { type Signed, powerOf, verifySigned, verifyValidators } from "./commit.ts";
import { addressOf } from "./hash.ts";
import { type Validator, type Validators, goodChainId, sorted } from "./header.ts";
import { type Report, fail, under } from "./report.ts";

/** Trusted is a genesis (height 0), or a header. */
export interface Trusted {
  readonly chainId: string | undefined; // a checkpoint names none
  readonly height: number;
  readonly hash: Bytes | undefined; // of the header; a genesis has none
  readonly validators: Validators | undefined; // of that height; a checkpoint names none
  readonly nextHash: Bytes | undefined; // hash of the validators of the next height
}

/** trustCheckpoint trusts the header of a height that has a hash. */
export function trustCheckpoint(height: number, hash: Bytes): Trusted {
  return { chainId: undefined, height, hash, validators: undefined, nextHash: undefined };
}

/** parseCheckpoint reads HEIGHT:HASH, undefined if it is not of that form. */
export function parseCheckpoint(s: string): Trusted | undefined {
  const [, height, digits] = /^([1-9][0-9]{0,15}):(?:0x)?([0-9a-fA-F]{64})$/.exec(s) ?? [];
  const hash = unhex((digits ?? "").toLowerCase(), 32);
  return hash && Number.isSafeInteger(Number(height)) ? trustCheckpoint(Number(height), hash) : undefined;
}

/** trustGenesis trusts the validators of a genesis document of CometBFT (V01). Of
 * the document it reads chain_id, initial_height and validators. */
export function trustGenesis(doc: Bytes): Trusted {
  return under("V01", "genesis", () => {
    const g = json(doc);
    const chainId = g["chain_id"];
    if (typeof chainId !== "string" || !goodChainId(chainId)) throw new NotCanonical("chain_id");
    if (!["1", "0", undefined].includes(g["initial_height"] as string | undefined)) throw new NotCanonical("initial_height is not 1");
    const list = g["validators"];
    if (!Array.isArray(list)) throw new NotCanonical("validators");
    const set = sorted(list.map(validator));
    return { chainId, height: 0, hash: undefined, validators: set, nextHash: set.hash };
  });
}

/** compactGenesis leaves out the white space between the tokens of a JSON document,
 * which is what copies of a genesis differ in. */
export function compactGenesis(doc: Bytes): Bytes {
  try {
    json(doc);
  } catch {
    throw new Error("the trusted genesis is no JSON");
  }
  const out = new Uint8Array(doc.length);
  let [n, quoted, escaped] = [0, false, false];
  for (const c of doc) {
    if (!quoted && (c === 0x20 || c === 0x09 || c === 0x0a || c === 0x0d)) continue;
    out[n++] = c;
    if (escaped) escaped = false;
    else if (quoted && c === 0x5c) escaped = true;
    else if (c === 0x22) quoted = !quoted;
  }
  return out.subarray(0, n);
}

function json(doc: Bytes): Record<string, unknown> {
  const s = text(doc);
  let v: unknown;
  try {
    v = JSON.parse(s ?? "");
  } catch {
    throw new NotCanonical("no JSON");
  }
  return object(v);
}

function object(v: unknown): Record<string, unknown> {
  if (typeof v !== "object" || v === null || Array.isArray(v)) throw new NotCanonical("no object");
  return v as Record<string, unknown>;
}

function validator(v: unknown): Validator {
  const { address, pub_key, power } = object(v);
  const { type, value } = object(pub_key);
  const key = typeof value === "string" ? unbase64(value) : undefined;
  const owner = key && addressOf(key);
  if (type !== "tendermint/PubKeySecp256k1eth" || !key || !owner) throw new NotCanonical("a validator's key");
  if (typeof power !== "string" || !/^[1-9][0-9]{0,18}$/.test(power)) throw new NotCanonical("a validator's power");
  if (address !== undefined && address !== "" && (typeof address !== "string" || address.toLowerCase() !== hex(owner))) {
    throw new NotCanonical("a validator's address");
  }
  return { key, power: BigInt(power) };
}

/** describe names what is trusted. */
export function describe(t: Trusted): string {
  return t.hash ? `header ${t.height}, ${hex(t.hash)}` : `the genesis of ${t.chainId}`;
}

/** follow checks that a signed header, with the keys of its signatures, follows from what
 * is trusted (V01, V22, V45), and returns it as the next thing to trust. */
export function follow(t: Trusted, s: Signed, keys: readonly (Bytes | undefined)[], report: Report): Trusted {
  const h = s.header;
  if (t.chainId !== undefined && h.chainId !== t.chainId) fail("V01", `header ${h.height} is of chain ${h.chainId}, not ${t.chainId}`);
  if (h.height < t.height) fail("V45", `header ${h.height} comes before ${describe(t)}`);
  if (h.height === t.height && !(t.hash && equal(h.hash, t.hash))) fail("V45", `header ${h.height} is ${hex(h.hash)}, not the trusted one`);
  if (h.height > t.height && !t.validators) fail("V45", `header ${h.height} stands where the trusted ${describe(t)} must`);
  const next = { chainId: h.chainId, height: h.height, hash: h.hash, validators: s.validators, nextHash: h.nextValidatorsHash };
  if (h.height === t.height && !s.commit) {
    verifyValidators(s);
    report.passed("V45");
    return next;
  }
  report.passed("V22", verifySigned(s, keys));
  if (h.height === t.height + 1 && t.nextHash && !equal(h.validatorsHash, t.nextHash)) {
    fail("V45", `header ${h.height} has other validators than header ${t.height} announces`);
  }
  if (h.height > t.height + 1 && t.validators) {
    const power = powerOf(s, t.validators);
    if (power * 3n <= t.validators.total) {
      fail("V45", `header ${h.height} is signed by ${power} of the ${t.validators.total} trusted at height ${t.height}, which is not more than a third`);
    }
  }
  report.passed("V45");
  return next;
}
