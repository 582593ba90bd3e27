// What a verdict says, in words for people: the same for terminals and for the page.

import { hex, text } from "./bytes.ts";
import type { Outcome } from "./archive.ts";
import type { Description } from "./describe.ts";
import { Failure, checks, classes } from "./report.ts";
import { recordName } from "./records.ts";
import type { Verdict } from "./verify.ts";

/** headline is the verdict in one line. */
export function headline(v: Verdict): string {
  const what = v.kind === "E" ? "archive" : v.kind === "T" ? "directory of log tiles" : v.shown?.document.vote ? "receipt" : "proof document";
  if (v.error === undefined) return v.trusted ? `This ${what} is right.` : `This ${what} agrees with itself. Whether it is of the chain you mean was not checked.`;
  if (!(v.error instanceof Failure)) return `Nothing can be said: ${message(v.error)}`;
  const c = checks[v.error.check];
  return `This ${what} is WRONG: ${v.error.check} ${c.name} (${classes[c.class]}).`;
}

/** message is what an error says. */
export function message(err: unknown): string {
  return err instanceof Error ? err.message : String(err);
}

/** facts are what the file says, as pairs of words. */
export function facts(v: Verdict): [name: string, value: string][] {
  if (v.shown) return documentFacts(v);
  return v.outcome ? archiveFacts(v.outcome) : [];
}

function documentFacts(v: Verdict): [string, string][] {
  const s = v.shown;
  if (!s) return [];
  const d = s.document;
  const out: [string, string][] = [
    ["chain", d.chainId],
    ["height", `${d.height}, ${when(d.signed.header.seconds)}`],
    ["block", `${d.signed.header.height} ${hex(d.signed.header.hash)}`],
  ];
  for (const c of d.claims) out.push(["record", `${recordName(c.key)}${c.value ? "" : ": there is none"}`]);
  if (d.vote && s.record) {
    out.push(["election", hex(d.claims[0]?.key.subarray(1) ?? new Uint8Array(0))]);
    out.push(["vote", hex(s.record.nullifier)]);
    out.push(["position", `${d.vote.position} in the log of votes, from block ${s.record.height}`]);
    out.push(["ballot", text(d.vote.package) ?? hex(d.vote.package)]);
    out.push(["weight", String(s.record.weight)]);
    if (s.record.overwrites > 0) out.push(["replaces", `vote ${s.record.replaces - 1n}; it is overwrite ${s.record.overwrites}`]);
  }
  if (d.notVoted) out.push(["no vote of", hex(d.notVoted.nullifier)]);
  return out;
}

function archiveFacts(o: Outcome): [string, string][] {
  const out: [string, string][] = [];
  const add = (name: string, value: unknown): void => void (value !== undefined && out.push([name, String(value)]));
  add("title", o.description?.title);
  add("chain", o.chainId);
  add("genesis", o.genesisHash && `SHA-256 ${o.genesisHash}`);
  add("election", o.election);
  add("organisation", o.settings && hex(o.settings.organisation));
  if (o.settings && o.stage) add("open", `${when(o.settings.start)} to ${when(o.stage.end)}`);
  add("height", o.height);
  add("block", o.block);
  add("file", o.cid);
  const c = o.closing;
  if (!c) return out;
  add("voters", `${c.voters}${o.members === undefined ? "" : ` of ${o.members} in the census`}`);
  add("votes", `${c.records}, ${c.overwritten} of them replaced`);
  add("weight", c.weight);
  return out;
}

/** when is a time in seconds since 1970. */
export function when(seconds: bigint): string {
  return seconds > 8_640_000_000_000n ? `second ${seconds}` : `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Row is a cell of a result. */
export interface Row {
  readonly question: string;
  readonly choice: string;
  readonly amount: string;
}

/** results are the cells of an archive's tally, with the words of its metadata. What
 * the cells mean is for the metadata to say; a single choice for each question is
 * named, everything else numbered. */
export function results(o: Outcome): Row[] {
  const named = names(o.description);
  const tally = o.closing?.tally ?? [];
  return tally.flatMap((row, q) =>
    row.map((amount, v) => ({ question: named?.[q]?.title ?? `value ${q + 1}`, choice: named?.[q]?.choices.get(v) ?? (row.length > 1 ? String(v) : "sum"), amount })),
  );

  function names(d: Description | undefined): { title: string; choices: Map<number, string> }[] | undefined {
    const rules = o.settings?.rules;
    if (!d || !rules || rules.maxValue === 0 || rules.uniqueValues || d.questions.length !== rules.maxCount) return undefined;
    return d.questions.map((q) => ({ title: q.title, choices: new Map(q.choices.map((c) => [c.value, c.title])) }));
  }
}

/** meaning says what an accepted file shows, and what it does not. */
export function meaning(v: Verdict): { shows: string[]; doesNotShow: string[] } {
  if (v.error !== undefined) return { shows: [], doesNotShow: [] };
  const anchor = v.trusted
    ? []
    : ["That it is of the chain you mean: give the chain's genesis document, or a checkpoint, from a source that you trust."];
  if (v.kind === "E") {
    return {
      shows: [
        "More than two thirds of the validators signed for these votes and for this result.",
        "Every vote is signed by a voter of the census, was cast while the election was open, keeps its rules, and counts once.",
        "The ballots, counted again, give the result that the chain published.",
      ],
      doesNotShow: [
        ...anchor,
        "Votes that never reached a block.",
        "Whether those who changed the election as delegates of the organisation were its delegates: the archive of the whole chain shows it.",
        "Who is behind an address, and whether the census lists the right people.",
      ],
    };
  }
  if (v.kind === "T") {
    return {
      shows: ["These are all votes of the election's log, and its root is in the state for which more than two thirds of the validators signed."],
      doesNotShow: [...anchor, "Votes that came later, and whether each vote keeps the election's rules: the election's archive shows both."],
    };
  }
  if (v.shown?.document.vote) {
    return {
      shows: ["This ballot is in the election's log of votes, and the log's root is in the state for which more than two thirds of the validators signed."],
      doesNotShow: [...anchor, "That no newer vote of the same voter replaced it later. A newer receipt, or the election's archive, shows that."],
    };
  }
  if (v.shown?.document.notVoted) {
    return { shows: ["No vote with this nullifier is in the closed election."], doesNotShow: anchor };
  }
  return {
    shows: ["The state for which more than two thirds of the validators signed holds these records, or holds none where it says so."],
    doesNotShow: [...anchor, "What became of the records after this height."],
  };
}
