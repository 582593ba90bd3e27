// Proof documents as text: docs/spec/proofs.md section 6. What a document says is
// for proof.ts to check.

import { type Bytes, base64, equal, text, unbase64, utf8 } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { type Signed, parseCommit } from "./commit.ts";
import { goodChainId, parseHeader, parseValidators } from "./header.ts";
import { under } from "./report.ts";

/** Claim says that a record of the state has a value, or that there is none. */
export interface Claim {
  readonly key: Bytes;
  readonly value: Bytes | undefined;
  readonly proof: Bytes;
}

/** Vote is a leaf of the vote log that the first claim commits to. */
export interface Vote {
  readonly position: bigint;
  readonly record: Bytes;
  readonly package: Bytes;
  readonly memo: Bytes;
  readonly hashes: readonly Bytes[];
}

/** Neighbour is a member of the sorted set of nullifiers. */
export interface Neighbour {
  readonly position: bigint;
  readonly nullifier: Bytes;
  readonly hashes: readonly Bytes[];
}

/** NotVoted shows that a nullifier is not in that set. */
export interface NotVoted {
  readonly nullifier: Bytes;
  readonly before: Neighbour | undefined;
  readonly after: Neighbour | undefined;
}

/** Document is a proof document. */
export interface Document {
  readonly chainId: string;
  readonly height: number;
  readonly claims: readonly Claim[];
  readonly vote: Vote | undefined;
  readonly notVoted: NotVoted | undefined;
  readonly signed: Signed;
  readonly trail: readonly Signed[];
}

/** maxDocument bounds a document, bytes. */
export const maxDocument = 16 << 20;

/** parseDocument reads a document in its one form (V41). */
export function parseDocument(b: Bytes): Document {
  return under("V41", "proof document", () => {
    if (b.length > maxDocument) throw new NotCanonical(`more than ${maxDocument} bytes`);
    const s = text(b);
    let v: unknown;
    try {
      v = JSON.parse(s ?? "");
    } catch {
      throw new NotCanonical("no JSON");
    }
    const [d, canonical] = document(v);
    if (!equal(utf8(canonical), b)) throw new NotCanonical("not the one form of what it says");
    return d;
  });
}

// Each of the functions below reads a part and writes it again as it must be.
type Part<T> = [value: T, canonical: string];

function document(v: unknown): Part<Document> {
  const o = object(v);
  const chainId = o["chainId"];
  if (o["format"] !== "urna-proof/1" || typeof chainId !== "string" || !goodChainId(chainId)) throw new NotCanonical("format or chainId");
  const [height, heightText] = number(o["height"]);
  if (height < 1n || height >= max) throw new NotCanonical(`height ${height}`);
  const [claims, claimsText] = list(o["claims"], 64, claim);
  if (claims.length < 1) throw new NotCanonical("no claims");
  const [vote, voteText] = o["vote"] === undefined ? [undefined, ""] : voteOf(o["vote"]);
  const [notVoted, notVotedText] = o["notVoted"] === undefined ? [undefined, ""] : notVotedOf(o["notVoted"]);
  if (vote && notVoted) throw new NotCanonical("a vote and a proof of none");
  const [signed, signedText] = signedOf(o["signed"]);
  const [trail, trailText] = list(o["trail"], 1024, signedOf);
  const canonical =
    `{"format":"urna-proof/1","chainId":"${chainId}","height":${heightText},"claims":${claimsText}` +
    `${vote ? `,"vote":${voteText}` : ""}${notVoted ? `,"notVoted":${notVotedText}` : ""}` +
    `,"signed":${signedText},"trail":${trailText}}\n`;
  return [{ chainId, height: Number(height), claims, vote, notVoted, signed, trail }, canonical];
}

const max = BigInt(Number.MAX_SAFE_INTEGER);

function object(v: unknown): Record<string, unknown> {
  if (typeof v !== "object" || v === null || Array.isArray(v)) throw new NotCanonical("no object");
  return v as Record<string, unknown>;
}

function list<T>(v: unknown, limit: number, part: (v: unknown) => Part<T>): Part<T[]> {
  if (!Array.isArray(v) || v.length > limit) throw new NotCanonical(`no list of at most ${limit}`);
  const parts = v.map(part);
  return [parts.map((p) => p[0]), `[${parts.map((p) => p[1]).join(",")}]`];
}

function number(v: unknown): Part<bigint> {
  if (typeof v !== "number" || !Number.isSafeInteger(v) || v < 0) throw new NotCanonical("no number below 2^53");
  return [BigInt(v), String(v)];
}

function bytes(v: unknown): Part<Bytes> {
  const b = typeof v === "string" ? unbase64(v) : undefined;
  if (!b) throw new NotCanonical("no base64");
  return [b, `"${base64(b)}"`];
}

function hash(v: unknown): Part<Bytes> {
  const part = bytes(v);
  if (part[0].length !== 32) throw new NotCanonical(`a hash of ${part[0].length} bytes`);
  return part;
}

function claim(v: unknown): Part<Claim> {
  const o = object(v);
  const [key, keyText] = bytes(o["key"]);
  const [value, valueText] = o["value"] === null ? [undefined, "null"] : bytes(o["value"]);
  const [proof, proofText] = bytes(o["proof"]);
  return [{ key, value, proof }, `{"key":${keyText},"value":${valueText},"proof":${proofText}}`];
}

function voteOf(v: unknown): Part<Vote> {
  const o = object(v);
  const [position, positionText] = number(o["position"]);
  const [record, recordText] = bytes(o["record"]);
  const [pkg, packageText] = bytes(o["package"]);
  const [memo, memoText] = bytes(o["memo"]);
  const [hashes, hashesText] = list(o["hashes"], 64, hash);
  return [
    { position, record, package: pkg, memo, hashes },
    `{"position":${positionText},"record":${recordText},"package":${packageText},"memo":${memoText},"hashes":${hashesText}}`,
  ];
}

function notVotedOf(v: unknown): Part<NotVoted> {
  const o = object(v);
  const [nullifier, nullifierText] = hash(o["nullifier"]);
  const [before, beforeText] = neighbour(o["before"]);
  const [after, afterText] = neighbour(o["after"]);
  return [{ nullifier, before, after }, `{"nullifier":${nullifierText},"before":${beforeText},"after":${afterText}}`];
}

function neighbour(v: unknown): Part<Neighbour | undefined> {
  if (v === null) return [undefined, "null"];
  const o = object(v);
  const [position, positionText] = number(o["position"]);
  const [nullifier, nullifierText] = hash(o["nullifier"]);
  const [hashes, hashesText] = list(o["hashes"], 64, hash);
  return [{ position, nullifier, hashes }, `{"position":${positionText},"nullifier":${nullifierText},"hashes":${hashesText}}`];
}

function signedOf(v: unknown): Part<Signed> {
  const o = object(v);
  const [header, headerText] = bytes(o["header"]);
  const [commit, commitText] = bytes(o["commit"]);
  const [validators, validatorsText] = bytes(o["validators"]);
  return [
    {
      header: parseHeader(header),
      commit: commit.length === 0 ? undefined : parseCommit(commit),
      validators: parseValidators(validators),
    },
    `{"header":${headerText},"commit":${commitText},"validators":${validatorsText}}`,
  ];
}
