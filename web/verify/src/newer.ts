// What files that were verified together say of one another's votes. A receipt shows
// that a vote is in the box; whether it was replaced later, newer data shows.

import { type Bytes, equal, hex } from "./bytes.ts";
import type { Verdict } from "./verify.ts";

/** Receipt is what a receipt says. */
interface Receipt {
  readonly name: string;
  readonly chainId: string;
  readonly height: number;
  readonly election: string;
  readonly nullifier: Bytes;
  readonly position: number;
}

function receiptOf(v: Verdict): Receipt | undefined {
  const { document: d, record } = v.shown ?? {};
  const key = d?.claims[0]?.key;
  if (!v.trusted || !d?.vote || !record || !key) return undefined;
  const position = Number(d.vote.position);
  return { name: v.name, chainId: d.chainId, height: d.height, election: hex(key.subarray(1)), nullifier: record.nullifier, position };
}

/** newer is what the other files say of a receipt's vote. Only files that follow from
 * what is trusted have a say. */
export function newer(v: Verdict, all: readonly Verdict[]): string[] {
  const own = receiptOf(v);
  if (!own) return [];
  const out: string[] = [];
  const others = all.filter((o) => o !== v).map(receiptOf);
  const later = others.filter((o) => o && o.chainId === own.chainId && o.election === own.election && equal(o.nullifier, own.nullifier) && o.height > own.height);
  const last = later.reduce((a, b) => (!a || (b && b.height > a.height) ? b : a), undefined);
  if (last) out.push(say(`${last.name}, of height ${last.height},`, last.position, own.position));
  for (const { trusted, outcome: o, name } of all) {
    if (!trusted || !o?.counts || o.chainId !== own.chainId || o.election !== own.election) continue;
    out.push(say(`${name}, the archive of the election,`, o.counts(own.nullifier), own.position));
  }
  return out;
}

function say(who: string, counts: number | undefined, position: number): string {
  if (counts === undefined) return `${who} knows no such vote`;
  return counts === position ? `${who} shows that this vote counts` : `${who} shows that this vote was replaced, in the end by vote ${counts}`;
}
