// Ballots, their rules, and how they are added up: docs/spec/tally.md, and
// docs/spec/encoding.md sections 2 to 5.

import type { Bytes } from "./bytes.ts";
import { concat } from "./bytes.ts";
import { NotCanonical, type Reader, amount, lengthBytes, uvarint } from "./codec.ts";
import { sha256 } from "./hash.ts";

/** Rules are what an election asks of each ballot. */
export interface Rules {
  readonly maxCount: number;
  readonly maxValue: number;
  readonly maxVoteOverwrites: number;
  readonly maxTotalCost: number;
  readonly costExponent: number;
  readonly uniqueValues: boolean;
  readonly costFromWeight: boolean;
}

const maxValues = 64;
const maxCells = 4096;

/** readRules reads the rules as a field of a record; it does not check them. */
export function readRules(r: Reader): Rules {
  const [maxCount, maxValue, maxVoteOverwrites, maxTotalCost, costExponent] = [r.u32(), r.u32(), r.u32(), r.u32(), r.u32()];
  return { maxCount, maxValue, maxVoteOverwrites, maxTotalCost, costExponent, uniqueValues: r.bool(), costFromWeight: r.bool() };
}

/** badRule names the rule that no election may have, if there is one. */
export function badRule(r: Rules): string | undefined {
  if (r.maxCount < 1 || r.maxCount > maxValues) return "maxCount";
  if ((r.maxValue + 1) * r.maxCount > maxCells) return "maxValue";
  if (r.costExponent > 3) return "costExponent";
  if (r.maxVoteOverwrites > 30) return "maxVoteOverwrites";
  return undefined;
}

const ws = "[ \\t\\n\\r]*";
const value = `${ws}(?:0|[1-9][0-9]{0,9})${ws}`;
const votesMember = `${ws}"votes"${ws}:${ws}\\[(?:${ws}|(${value}(?:,${value}){0,63}))\\]${ws}`;
const nonceMember = `${ws}"nonce"${ws}:${ws}"[0-9a-fA-F]{0,64}"${ws}`;
const grammar = [`${votesMember}`, `${votesMember},${nonceMember}`, `${nonceMember},${votesMember}`].map(
  (members) => new RegExp(`^${ws}\\{${members}\\}${ws}$`),
);

/** parsePackage reads the values of a ballot package; undefined if it is none. */
export function parsePackage(b: Bytes): number[] | undefined {
  if (b.length > 8192) return undefined;
  const s = String.fromCharCode(...b); // one character for each byte
  for (const g of grammar) {
    const m = g.exec(s);
    if (!m) continue;
    const values = m[1] === undefined ? [] : m[1].split(",").map(Number);
    return values.every((v) => v < 2 ** 32) ? values : undefined;
  }
  return undefined;
}

/** ballotHash is what a vote record holds of package and memo. */
export function ballotHash(pkg: Bytes, memo: Bytes): Bytes {
  return sha256(lengthBytes(pkg), lengthBytes(memo));
}

/** broken names the first rule that a ballot of this weight breaks, if any. */
export function broken(r: Rules, values: readonly number[], weight: bigint): string | undefined {
  if (values.length > r.maxCount) return "maxCount";
  if (r.maxValue > 0 && values.some((v) => v > r.maxValue)) return "maxValue";
  if (r.uniqueValues && new Set(values).size < values.length) return "uniqueValues";
  const cost = (): bigint => values.reduce((sum, v) => sum + BigInt(v) ** BigInt(r.costExponent), 0n);
  if (r.costFromWeight) return cost() > weight ? "costFromWeight" : undefined;
  return r.maxTotalCost > 0 && cost() > BigInt(r.maxTotalCost) ? "maxTotalCost" : undefined;
}

/** Tally is the sum of ballots. */
export class Tally {
  weight = 0n;
  constructor(readonly cells: bigint[][]) {}

  /** of is the tally of no ballots under these rules. */
  static of(r: Rules): Tally {
    return new Tally(Array.from({ length: r.maxCount }, () => new Array<bigint>(r.maxValue + 1).fill(0n)));
  }

  /** add adds a ballot that keeps the rules; with sign -1n it takes one away. */
  add(r: Rules, values: readonly number[], weight: bigint, sign: 1n | -1n = 1n): void {
    this.weight += sign * weight;
    values.forEach((v, q) => {
      const row = this.cells[q] as bigint[];
      const column = r.maxValue > 0 ? v : 0;
      const by = r.maxValue > 0 ? weight : r.costFromWeight ? BigInt(v) : BigInt(v) * weight;
      row[column] = (row[column] as bigint) + sign * by;
    });
  }

  /** strings are the cells in decimal. */
  strings(): string[][] {
    return this.cells.map((row) => row.map(String));
  }

  /** encode writes the record that readTally reads. */
  encode(): Bytes {
    const head = concat(Uint8Array.of(1), uvarint(this.cells.length), uvarint(this.cells[0]?.length ?? 0));
    return concat(head, ...this.cells.flat().map(amount), amount(this.weight));
  }
}

/** readTally reads a tally as a field of a record. */
export function readTally(r: Reader): Tally {
  const version = r.u8();
  const [rows, columns] = [r.uint(maxValues), r.uint(maxCells)];
  if (version !== 1 || rows * columns > maxCells || (rows === 0) !== (columns === 0)) throw new NotCanonical("no tally");
  const cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => r.amount()));
  const t = new Tally(cells);
  t.weight = r.amount();
  return t;
}
