// Transactions: what those about elections say, and who signed them. All of it
// follows from the bytes and the name of the chain. Of transactions about something
// else nothing is kept, but they are read as strictly.

import { type Bytes, equal, hex, isZero, text, utf8 } from "./bytes.ts";
import { type Rules, badRule, ballotHash, parsePackage } from "./ballot.ts";
import { type Proof, prove } from "./census.ts";
import { NotCanonical } from "./codec.ts";
import { addressOf, keccak256, signerOf } from "./hash.ts";
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

/** Other is about accounts, tokens or validators. */
export interface Other {
  readonly kind: "other";
  readonly subject: string;
  readonly check: (signer: Bytes, chainId: string) => void; // throws NotCanonical
}

export type Payload = Vote | NewElection | Change | Other;

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
  under("V13", "transaction", () => {
    if (payload.kind === "new") faucet(chainId, payload.faucet);
    if (payload.kind === "other") payload.check(signer, chainId);
  });
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
  const [message, more] = [...fields(body)];
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
    case 7:
    case 9:
    case 10:
      return other(number, b);
  }
  throw new NotCanonical(`message ${number} is not accepted`);
}

function vote(v: wire.Values): Vote {
  const siblings = v.bytes("proof.arbo.siblings");
  if (siblings.length === 0) fail("V16", "a vote without a proof");
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
  if (e.faucet.length > 0) faucetParts(e.faucet);
  if (!e.paused && v.small("process.status") !== Status.ready) throw new NotCanonical("a status with which no election begins");
  if (e.anonymous || e.encrypted) throw new NotCanonical("an election of a kind that is not accepted yet");
  if (e.censusOrigin === 3 || e.censusOrigin === 1000) fail("V03", "an election with an issuer");
  if (e.censusOrigin !== 1 && e.censusOrigin !== 2) throw new NotCanonical(`census origin ${e.censusOrigin}`);
  if (e.censusRoot.length !== 32 || isZero(e.censusRoot)) throw new NotCanonical("no census root");
  const bad = badRule(e.rules);
  if (bad) throw new NotCanonical(`the rule ${bad} is out of its bounds`);
  return e;
}

function change(b: Bytes): Change {
  switch (txtype(b)) {
    case 2n: {
      const v = wire.decode(wire.setStatus, b);
      const status = v.small("status");
      if (status === 0) throw new NotCanonical("no status");
      return { kind: "status", election: v.bytes("processId"), status };
    }
    case 3n: {
      const v = wire.decode(wire.setCensus, b);
      const root = some(v.bytes("censusRoot"));
      if (root?.length === 33) fail("V03", "a census that is an issuer's key");
      if (root && (root.length !== 32 || isZero(root))) throw new NotCanonical("no census root");
      return { kind: "census", election: v.bytes("processId"), root, uri: v.bytes("censusURI"), size: v.number("censusSize") };
    }
    case 28n: {
      const v = wire.decode(wire.setDuration, b);
      return { kind: "duration", election: v.bytes("processId"), duration: v.number("duration") };
    }
  }
  throw new NotCanonical("a change of a kind that there is not");
}

/** txtype is the first field of a message that serves several kinds. */
function txtype(b: Bytes): bigint {
  const first = fields(b).next();
  if (first.done || first.value.number !== 1 || typeof first.value.value !== "bigint") throw new NotCanonical("no kind");
  return first.value.value;
}

function other(number: number, b: Bytes): Other {
  if (number === 7) {
    const v = wire.decode(wire.sendTokens, b);
    const subject = `SEND_TOKENS for an amount of ${v.number("value")} VOC tokens to destination address ${hex(v.bytes("to"))}`;
    return { kind: "other", subject, check: (signer) => own(v.bytes("from"), signer) };
  }
  if (number === 10) {
    const v = wire.decode(wire.collectFaucet, b);
    const promise = v.bytes("faucetPackage");
    faucetParts(promise);
    return { kind: "other", subject: "COLLECT_FAUCET", check: (_, chainId) => faucet(chainId, promise) };
  }
  const type = txtype(b);
  const owner = (v: wire.Values): Bytes => v.bytes("account");
  switch (type) {
    case 23n: {
      const v = wire.decode(wire.createAccount, b);
      distinct(v.list("delegates"));
      const promise = v.bytes("faucetPackage");
      if (promise.length > 0) faucetParts(promise);
      const check = (signer: Bytes, chainId: string): void => {
        own(owner(v), signer);
        faucet(chainId, promise);
      };
      return { kind: "other", subject: `CREATE_ACCOUNT for address ${hex(owner(v))}`, check };
    }
    case 17n: {
      const v = wire.decode(wire.setAccountInfo, b);
      return { kind: "other", subject: `SET_ACCOUNT_INFO_URI for address ${hex(owner(v))} with URI ${text(v.bytes("infoURI"))}`, check: () => undefined };
    }
    case 18n:
    case 19n: {
      const v = wire.decode(wire.changeDelegates(type === 18n ? 18 : 19), b);
      distinct(v.list("delegates"));
      return { kind: "other", subject: `SET_ACCOUNT/${type === 18n ? "ADD" : "DEL"}_DELEGATE_FOR_ACCOUNT`, check: (signer) => own(owner(v), signer) };
    }
    case 27n: {
      const v = wire.decode(wire.setValidator, b);
      const check = (signer: Bytes, chainId: string): void => {
        own(owner(v), signer);
        const holder = addressOf(v.bytes("publicKey"));
        const message = utf8(`This key takes a validator's seat on chain ${chainId} for account ${hex(signer)}.`);
        const possessor = signerOf(message, v.bytes("possession"));
        if (!holder || !possessor || !equal(holder, possessor)) throw new NotCanonical("the consensus key did not sign the request");
      };
      return { kind: "other", subject: "SET_ACCOUNT/SET_ACCOUNT_VALIDATOR", check };
    }
  }
  throw new NotCanonical("a transaction about an account of a kind that there is not");
}

/** own asks that an account is the signer, or left out. */
function own(account: Bytes, signer: Bytes): void {
  if (account.length > 0 && !equal(account, signer)) throw new NotCanonical("the named account is not the signer");
}

function distinct(list: readonly Bytes[]): void {
  if (new Set(list.map(hex)).size < list.length) throw new NotCanonical("a delegate is named twice");
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
    case "other":
      return p.subject;
    case "duration":
      return `SET_PROCESS/SET_PROCESS_DURATION with process ID ${hex(p.election)}`;
  }
}

/** faucetParts reads a faucet package. */
function faucetParts(b: Bytes): { raw: Bytes; chain: Bytes; signature: Bytes } {
  const p = wire.decode(wire.faucetPackage, b);
  const raw = p.bytes("payload");
  return { raw, chain: wire.decode(wire.faucetPayload, raw).bytes("chainId"), signature: p.bytes("signature") };
}

/** faucet checks the faucet package that rides on a transaction, if there is one. */
function faucet(chainId: string, b: Bytes): void {
  if (b.length === 0) return;
  const { raw, chain, signature } = faucetParts(b);
  if (text(chain) !== chainId) throw new NotCanonical("a faucet package is for another chain");
  if (!signerOf(raw, signature)) throw new NotCanonical("a faucet package is signed by nobody");
}
