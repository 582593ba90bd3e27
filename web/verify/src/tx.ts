// Transactions of elections: what they say, and who signed them. All of it follows
// from the bytes and the name of the chain.

import { type Bytes, equal, hex, isZero, text, utf8 } from "./bytes.ts";
import { type Rules, badRule, ballotHash, parsePackage } from "./ballot.ts";
import { type Proof, prove } from "./census.ts";
import { NotCanonical } from "./codec.ts";
import { keccak256, signerOf } from "./hash.ts";
import { fields } from "./protobuf.ts";
import { Status, nullifierOf, statusNames } from "./records.ts";
import { fail, under } from "./report.ts";
import * as wire from "./wire.ts";

/** Vote casts or replaces a vote. */
export interface Vote {
  readonly kind: "vote";
  readonly election: Bytes;
  readonly proof: Proof;
  readonly package: Bytes;
  readonly memo: Bytes;
}

/** NewElection creates an election. */
export interface NewElection {
  readonly kind: "new";
  readonly expect: Bytes | undefined;
  readonly organisation: Bytes | undefined; // the signer, if it is left out
  readonly anonymous: boolean;
  readonly encrypted: boolean;
  readonly rules: Rules;
  readonly censusOrigin: number;
  readonly censusRoot: Bytes;
  readonly censusURI: Bytes;
  readonly maxCensusSize: bigint;
  readonly start: bigint; // 0 means now
  readonly duration: bigint;
  readonly paused: boolean;
  readonly autoStart: boolean;
  readonly interruptible: boolean;
  readonly dynamicCensus: boolean;
  readonly encryptedMetadata: boolean;
  readonly tempKeys: boolean;
  readonly metadata: Bytes;
  readonly faucet: Bytes;
}

/** Change changes an election. */
export type Change =
  | { readonly kind: "status"; readonly election: Bytes; readonly status: number }
  | { readonly kind: "census"; readonly election: Bytes; readonly root: Bytes | undefined; readonly uri: Bytes; readonly size: bigint }
  | { readonly kind: "duration"; readonly election: Bytes; readonly duration: bigint };

export type Payload = Vote | NewElection | Change;

/** Tx is a transaction with its signer. */
export interface Tx {
  readonly payload: Payload;
  readonly signer: Bytes;
  readonly vote: VoteFacts | undefined;
}

/** VoteFacts are what follows from the bytes of a vote. */
export interface VoteFacts {
  readonly nullifier: Bytes;
  readonly root: Bytes; // where the proof leads
  readonly weight: bigint;
  readonly values: readonly number[];
  readonly ballotHash: Bytes;
}

/** verifyTx reads a transaction and checks everything that follows from its bytes
 * and the name of the chain (V13, V14, V16, V18). */
export function verifyTx(chainId: string, raw: Bytes): Tx {
  const { body, signature, payload } = under("V13", "transaction", () => decode(raw));
  const message = `You are signing a Vocdoni transaction of type ${subject(payload)}.\n\nThe hash of this transaction is ${hex(keccak256(body))} and the destination chain is ${chainId}.`;
  const signer = signerOf(utf8(message), signature) ?? fail("V14", "a transaction is signed by nobody");
  if (payload.kind === "new") faucet(chainId, payload.faucet);
  return { payload, signer, vote: payload.kind === "vote" ? facts(payload, signer) : undefined };
}

function facts(v: Vote, signer: Bytes): VoteFacts {
  const values = parsePackage(v.package) ?? fail("V18", "a vote package is no open ballot");
  const { root, weight } = under("V16", "census proof", () => prove(v.proof, signer));
  return { nullifier: nullifierOf(signer, v.election), root, weight, values, ballotHash: ballotHash(v.package, v.memo) };
}

function decode(raw: Bytes): { body: Bytes; signature: Bytes; payload: Payload } {
  if (raw.length > 102_400) throw new NotCanonical("too large");
  const envelope = wire.decode(wire.signedTx, raw);
  const body = envelope.bytes("tx");
  const [message, more] = fields(body);
  if (!message || more || typeof message.value === "bigint") throw new NotCanonical("the body is not one message");
  return { body, signature: envelope.bytes("signature"), payload: payloadOf(message.number, message.value) };
}

function payloadOf(number: number, b: Bytes): Payload {
  switch (number) {
    case 1:
      return vote(wire.decode(wire.vote, b));
    case 2:
      return newElection(wire.decode(wire.newProcess, b));
    case 4:
      return change(b);
  }
  throw new NotCanonical(`message ${number} is not about an election`);
}

function vote(v: wire.Values): Vote {
  const siblings = v.bytes("proof.arbo.siblings");
  if (siblings.length === 0) throw new NotCanonical("a vote without a proof");
  const proof = {
    type: v.number("proof.arbo.type"),
    siblings,
    availableWeight: v.bytes("proof.arbo.availableWeight"),
    keyType: v.number("proof.arbo.keyType"),
    voteWeight: v.bytes("proof.arbo.voteWeight"),
  };
  return { kind: "vote", election: v.bytes("processId"), proof, package: v.bytes("votePackage"), memo: v.bytes("memo") };
}

const some = (b: Bytes): Bytes | undefined => (b.length === 0 ? undefined : b);

function newElection(v: wire.Values): NewElection {
  const e: NewElection = {
    kind: "new",
    expect: some(v.bytes("process.processId")),
    organisation: some(v.bytes("process.entityId")),
    anonymous: v.flag("process.envelopeType.anonymous"),
    encrypted: v.flag("process.envelopeType.encryptedVotes"),
    rules: {
      maxCount: v.small("process.voteOptions.maxCount"),
      maxValue: v.small("process.voteOptions.maxValue"),
      maxVoteOverwrites: v.small("process.voteOptions.maxVoteOverwrites"),
      maxTotalCost: v.small("process.voteOptions.maxTotalCost"),
      costExponent: v.small("process.voteOptions.costExponent"),
      uniqueValues: v.flag("process.envelopeType.uniqueValues"),
      costFromWeight: v.flag("process.envelopeType.costFromWeight"),
    },
    censusOrigin: v.small("process.censusOrigin"),
    censusRoot: v.bytes("process.censusRoot"),
    censusURI: v.bytes("process.censusURI"),
    maxCensusSize: v.number("process.maxCensusSize"),
    start: v.number("process.startTime"),
    duration: v.number("process.duration"),
    paused: v.small("process.status") === Status.paused,
    autoStart: v.flag("process.mode.autoStart"),
    interruptible: v.flag("process.mode.interruptible"),
    dynamicCensus: v.flag("process.mode.dynamicCensus"),
    encryptedMetadata: v.flag("process.mode.encryptedMetaData"),
    tempKeys: v.flag("process.tempSIKs"),
    metadata: v.bytes("process.metadata"),
    faucet: v.bytes("faucetPackage"),
  };
  if (!e.paused && v.small("process.status") !== Status.ready) throw new NotCanonical("a status with which no election begins");
  if (e.anonymous || e.encrypted) throw new NotCanonical("an election of a kind that is not accepted yet");
  if (e.censusOrigin !== 1 && e.censusOrigin !== 2) throw new NotCanonical(`census origin ${e.censusOrigin}`);
  if (e.censusRoot.length !== 32 || isZero(e.censusRoot)) throw new NotCanonical("no census root");
  const bad = badRule(e.rules);
  if (bad) throw new NotCanonical(`the rule ${bad} is out of its bounds`);
  return e;
}

function change(b: Bytes): Change {
  const type = fields(b)[0];
  switch (type?.number === 1 && type.value) {
    case 2n: {
      const v = wire.decode(wire.setStatus, b);
      const status = v.small("status");
      if (status === 0) throw new NotCanonical("no status");
      return { kind: "status", election: v.bytes("processId"), status };
    }
    case 3n: {
      const v = wire.decode(wire.setCensus, b);
      return { kind: "census", election: v.bytes("processId"), root: some(v.bytes("censusRoot")), uri: v.bytes("censusURI"), size: v.number("censusSize") };
    }
    case 28n: {
      const v = wire.decode(wire.setDuration, b);
      return { kind: "duration", election: v.bytes("processId"), duration: v.number("duration") };
    }
  }
  throw new NotCanonical("a change of a kind that there is not");
}

/** subject is what wallets show of a transaction. */
function subject(p: Payload): string {
  switch (p.kind) {
    case "vote":
      return `VOTE for process ID ${hex(p.election)}`;
    case "new":
      return "NEW_PROCESS";
    case "status":
      return `SET_PROCESS_STATUS for process ID ${hex(p.election)} and status ${(statusNames[p.status] ?? "").toLowerCase()}`;
    case "census":
      return `SET_PROCESS_CENSUS for process ID ${hex(p.election)} and census ${p.root ? hex(p.root) : ""}`;
    case "duration":
      return `SET_PROCESS/SET_PROCESS_DURATION with process ID ${hex(p.election)}`;
  }
}

/** faucet checks the faucet package that rides on a transaction, if there is one. */
function faucet(chainId: string, b: Bytes): void {
  if (b.length === 0) return;
  const { raw, chain, signature } = under("V13", "faucet package", () => {
    const p = wire.decode(wire.faucetPackage, b);
    const raw = p.bytes("payload");
    return { raw, chain: wire.decode(wire.faucetPayload, raw).bytes("chainId"), signature: p.bytes("signature") };
  });
  if (text(chain) !== chainId) fail("V01", "a faucet package is for another chain");
  if (!signerOf(raw, signature)) fail("V14", "a faucet package is signed by nobody");
}

/** about tells whether a transaction names an election; one that creates it does not. */
export function about(p: Payload, election: Bytes): boolean {
  return p.kind !== "new" && equal(p.election, election);
}
