// Checking a proof document: docs/spec/proofs.md section 6.

import { type Bytes, compare, equal } from "./bytes.ts";
import { read } from "./codec.ts";
import { ballotHash } from "./ballot.ts";
import { signatures } from "./commit.ts";
import type { Document, NotVoted, Vote } from "./document.ts";
import { verifyAbsence, verifyExistence } from "./ics23.ts";
import { included, leafHash } from "./log.ts";
import type { Machine } from "./machine.ts";
import { type Log, type Sealing, type VoteRecord, checkRecord, recordName, readLog, readSealing, readVoteRecord } from "./records.ts";
import { type Report, fail, under } from "./report.ts";
import { type Trusted, follow } from "./trust.ts";

/** Shown is what a document that was accepted shows. */
export interface Shown {
  readonly document: Document;
  readonly record: VoteRecord | undefined; // of a receipt
  readonly trusted: Trusted; // its own header
}

/** verifyDocument checks a whole document against what is trusted. */
export async function verifyDocument(d: Document, trusted: Trusted, machine: Machine, report: Report): Promise<Shown> {
  const header = d.signed.header;
  if (header.chainId !== d.chainId) fail("V01", `the signed header is of chain ${header.chainId}, not ${d.chainId}`);
  if (header.height !== d.height + 1) fail("V23", `the signed header is of height ${header.height}, not ${d.height + 1}`);
  if (!d.signed.commit) fail("V22", "the header of the document has no commit");
  let t = trusted;
  for (const [i, s] of [...d.trail, d.signed].entries()) {
    if (i > 0 && s.header.height === t.height) fail("V45", `header ${t.height} stands twice`);
    t = follow(t, s, await machine.keysOf(signatures(s.header, s.commit)), report);
  }
  report.passed("V01");
  for (const c of d.claims) {
    const name = under("V13", "claim", () => recordName(c.key));
    const shown = under("V23", `the proof of ${name}`, () =>
      c.value ? verifyExistence(c.proof, header.appHash, c.key, c.value) : verifyAbsence(c.proof, header.appHash, c.key),
    );
    if (!shown) fail("V23", `the proof of ${name} does not lead to the application hash`);
    report.passed("V23");
    if (!c.value) continue;
    under("V13", name, () => checkRecord(c.key, c.value));
    report.passed("V13");
  }
  const record = d.vote && verifyVote(d, d.vote, report);
  if (d.notVoted) verifyNotVoted(d, d.notVoted, report);
  return { document: d, record, trusted: t };
}

/** first is the value of the first claim if its key begins with a prefix. */
function first(d: Document, prefix: string): Bytes | undefined {
  const c = d.claims[0];
  return c && c.key[0] === prefix.charCodeAt(0) ? c.value : undefined;
}

function verifyVote(d: Document, v: Vote, report: Report): VoteRecord {
  const value = first(d, "l") ?? fail("V46", "the first claim is not a vote log");
  const log: Log = read(value, readLog);
  const record = under("V13", "vote record", () => read(v.record, readVoteRecord));
  report.passed("V13");
  if (!included(leafHash(v.record), v.position, log.size, v.hashes, log.root)) {
    fail("V46", `the proof of vote ${v.position} does not lead to the root of the log`);
  }
  report.passed("V46");
  if (!equal(ballotHash(v.package, v.memo), record.ballotHash)) fail("V14", "the ballot is not the recorded one");
  report.passed("V14");
  return record;
}

function verifyNotVoted(d: Document, n: NotVoted, report: Report): void {
  const value = first(d, "n") ?? fail("V47", "the first claim is not a set of nullifiers");
  const set: Sealing = read(value, readSealing);
  const { before, after } = n;
  const root = set.root ?? fail("V47", "the set of nullifiers is not finished");
  for (const m of [before, after]) {
    if (m && !included(leafHash(m.nullifier), m.position, set.count, m.hashes, root)) {
      fail("V47", `the proof of nullifier ${m.position} does not lead to the root of the set`);
    }
  }
  if (before && compare(before.nullifier, n.nullifier) >= 0) fail("V47", "the nullifier before is not below");
  if (after && compare(after.nullifier, n.nullifier) <= 0) fail("V47", "the nullifier after is not above");
  if ((before ? before.position + 1n : 0n) !== (after ? after.position : set.count)) fail("V47", "the two nullifiers are not neighbours");
  report.passed("V47");
}
