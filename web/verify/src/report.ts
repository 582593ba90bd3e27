// The numbered checks of docs/spec/audit.md section 1, and the report of what was
// looked at. A number means the same for ever.

import { NotCanonical } from "./codec.ts";

/** Kind is what is verified: a receipt or proof document, an election's archive, a
 * chain, log tiles. */
export type Kind = "R" | "E" | "C" | "T";

/** classes are the exit codes and what they stand for. */
export const classes = {
  2: "set-up",
  3: "ballots",
  4: "box",
  5: "tally",
  6: "file",
  7: "gateways",
} as const;

export type Class = keyof typeof classes;

interface Check {
  readonly name: string;
  readonly class: Class;
  readonly applies: string;
  readonly text: string;
}

/** checks is the list, by number. A test compares it with the page. */
export const checks = {
  V01: { name: "genesis", class: 2, applies: "REC", text: "The genesis document is well-formed and the one that is trusted; everything is of its chain." },
  V02: { name: "parameters", class: 2, applies: "C", text: "The parameters and accounts of the first state are those of the genesis." },
  V03: { name: "election rules", class: 2, applies: "E", text: "The election's id follows from chain, organisation and settings; the settings are those of the transaction that created it; each later change was allowed." },
  V04: { name: "census", class: 2, applies: "E", text: "The census file has the root that the election names." },
  V13: { name: "canonical encoding", class: 3, applies: "REC", text: "Every transaction and record has its one canonical encoding." },
  V14: { name: "signatures", class: 3, applies: "REC", text: "Every transaction is signed, and a vote's nullifier is its signer's; a receipt's ballot is the recorded one." },
  V16: { name: "membership", class: 3, applies: "EC", text: "Every vote's proof leads to the census root of the election at that moment, with the weight that is counted." },
  V17: { name: "uniqueness", class: 3, applies: "EC", text: "Every nullifier is new and finds room in the census, or its vote replaces the one before." },
  V18: { name: "ballot rules", class: 3, applies: "EC", text: "Every ballot obeys the rules of the election." },
  V20: { name: "voting window", class: 3, applies: "EC", text: "Every vote is in a block while the election was open." },
  V21: { name: "chain of headers", class: 4, applies: "EC", text: "Headers follow one another without a gap, each naming the one before." },
  V22: { name: "commits", class: 4, applies: "REC", text: "Every header that needs it is signed by more than two thirds of the power." },
  V23: { name: "state root", class: 4, applies: "REC", text: "The application hash is the root of the state, or the proof leads to it." },
  V24: { name: "counts", class: 5, applies: "EC", text: "The numbers of voters, votes and overwrites are the published ones." },
  V25: { name: "overwrites", class: 3, applies: "EC", text: "Votes are replaced no more often than allowed, and never by a ballot that was accepted before." },
  V26: { name: "closing record", class: 6, applies: "EC", text: "The closing record says what the file holds." },
  V27: { name: "tally", class: 5, applies: "EC", text: "The ballots, counted again, give the tally." },
  V31: { name: "result", class: 5, applies: "EC", text: "The published result is that tally." },
  V41: { name: "file format", class: 6, applies: "RECT", text: "The file is complete, canonical, and holds nothing besides." },
  V42: { name: "content addresses", class: 6, applies: "EC", text: "Every part has the hash that names it." },
  V43: { name: "metadata", class: 6, applies: "E", text: "The metadata are the file that the election names." },
  V44: { name: "block bodies", class: 4, applies: "EC", text: "A block's transactions, last commit and evidence are those of its header." },
  V45: { name: "validator sets", class: 4, applies: "REC", text: "Every set of validators follows from what is trusted." },
  V46: { name: "vote log", class: 4, applies: "RECT", text: "The vote records make the root that the state names, or the inclusion proof leads to it." },
  V47: { name: "set of nullifiers", class: 4, applies: "REC", text: "The sorted nullifiers make the root that the state names, or the proof of absence leads to it." },
  V48: { name: "tiles", class: 6, applies: "T", text: "Every tile follows from the vote records." },
  V49: { name: "results of transactions", class: 4, applies: "C", text: "The codes of the transactions are those that the law gives." },
  V50: { name: "evidence", class: 4, applies: "C", text: "Evidence of misbehaviour is well-formed and is of a validator." },
  V51: { name: "agreement", class: 7, applies: "C", text: "All sources show the same blocks, without delay." },
} as const satisfies Record<string, Check>;

/** ID is the number of a check. */
export type ID = keyof typeof checks;

/** Failure is a check that failed: something was looked at, and it is wrong. Any
 * other error says that the verifier could not look. */
export class Failure extends Error {
  constructor(
    readonly check: ID,
    readonly detail: string,
  ) {
    super(`${check} ${checks[check].name}: ${detail}`);
  }
}

/** fail ends a verification with a Failure. */
export function fail(check: ID, detail: string): never {
  throw new Failure(check, detail);
}

/** under runs f, and reports bytes that are not canonical as a failure of a check. */
export function under<T>(check: ID, what: string, f: () => T): T {
  try {
    return f();
  } catch (err) {
    if (err instanceof NotCanonical) fail(check, `${what}: ${err.message}`);
    throw err;
  }
}

/** underAsync is under for what has to be waited for. */
export async function underAsync<T>(check: ID, what: string, f: () => Promise<T>): Promise<T> {
  try {
    return await f();
  } catch (err) {
    if (err instanceof NotCanonical) fail(check, `${what}: ${err.message}`);
    throw err;
  }
}

/** exitCode is what a verifier ends with. */
export function exitCode(err: unknown): number {
  if (err === undefined) return 0;
  return err instanceof Failure ? checks[err.check].class : 1;
}

/** Line is one check of a report. */
export interface Line {
  readonly id: ID;
  readonly name: string;
  readonly status: "passed" | "failed" | "not checked";
  readonly items: number; // how many things were looked at
  readonly detail?: string; // why it failed or was not checked
}

/** Report collects what a verifier looked at. */
export class Report {
  private readonly items = new Map<ID, number>();
  private readonly notes = new Map<ID, string>();
  constructor(readonly kind: Kind) {}

  /** passed adds n things that a check found right. */
  passed(check: ID, n = 1): void {
    this.items.set(check, (this.items.get(check) ?? 0) + n);
  }

  /** skip says why a check, or a part of it, was not made. */
  skip(check: ID, why: string): void {
    this.notes.set(check, why);
  }

  /** lines is the report by number, err being what ended it, if anything did. */
  lines(err?: unknown): Line[] {
    const failed = err instanceof Failure ? err : undefined;
    const lines: Line[] = [];
    for (const id of Object.keys(checks) as ID[]) {
      const { name, applies } = checks[id];
      const items = this.items.get(id) ?? 0;
      const note = this.notes.get(id);
      if (failed?.check === id) lines.push({ id, name, status: "failed", items, detail: failed.detail });
      else if (!applies.includes(this.kind)) continue;
      else if (items > 0) lines.push({ id, name, status: "passed", items, ...(note ? { detail: note } : {}) });
      else {
        const why = note ?? (err === undefined ? "there was nothing of the kind" : "an earlier check ended it");
        lines.push({ id, name, status: "not checked", items, detail: why });
      }
    }
    return lines;
  }
}
