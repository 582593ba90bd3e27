// Receipts and proofs of absence, made of what an archive holds.

import { base64, concat, hex, utf8 } from "../src/bytes.ts";
import { openCar } from "../src/car.ts";
import { Reader } from "../src/codec.ts";
import { type Document, parseDocument } from "../src/document.ts";
import { merkleRoot } from "../src/log.ts";
import { encodeVoteRecord } from "../src/records.ts";
import { whole } from "../src/stream.ts";
import { type Vote, verifyTx } from "../src/tx.ts";
import { once } from "./repo.ts";

/** unpack is the files of an archive. */
export async function unpack(archive: Uint8Array): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const car = await openCar(once(archive, 1 << 16), () => true);
  for await (const f of car.files) files.set(f.name, (await whole(f.chunks, 1 << 24)) as Uint8Array);
  return files;
}

/** Cast is a vote of an archive. */
export interface Cast {
  readonly nullifier: Uint8Array;
  readonly record: Uint8Array;
  readonly vote: Vote;
}

/** votesOf are the votes of an archive, with their records. */
export function votesOf(files: Map<string, Uint8Array>, chainId: string): Cast[] {
  const out: Cast[] = [];
  const newest = new Map<string, { position: number; overwrites: number }>();
  for (const r = new Reader(files.get("60-blocks") as Uint8Array); r.left > 0; ) {
    const header = new Reader(r.bytes(1 << 20));
    header.bytes(1024);
    header.bytes(1024);
    const height = new Reader(header.bytes(1024).subarray(1)).uvarint();
    r.bytes(1 << 20);
    for (let n = r.uint(1 << 20); n > 0; n--) {
      if (!r.bool()) {
        r.fixed(32);
        continue;
      }
      const t = verifyTx(chainId, r.bytes(1 << 20));
      if (!t.vote || t.payload.kind !== "vote") continue;
      const key = hex(t.vote.nullifier);
      const old = newest.get(key);
      const now = { position: out.length, overwrites: old ? old.overwrites + 1 : 0 };
      newest.set(key, now);
      const replaces = old ? BigInt(old.position + 1) : 0n;
      out.push({ nullifier: t.vote.nullifier, vote: t.payload, record: encodeVoteRecord({ ...t.vote, replaces, overwrites: now.overwrites, height }) });
    }
  }
  return out;
}

/** pathOf is the inclusion proof of an entry, as RFC 6962 section 2.1.1 defines it. */
export function pathOf(m: number, entries: Uint8Array[]): Uint8Array[] {
  if (entries.length <= 1) return [];
  let k = 1;
  while (2 * k < entries.length) k *= 2;
  const [left, right] = [entries.slice(0, k), entries.slice(k)];
  return m < k ? [...pathOf(m, left), merkleRoot(right)] : [...pathOf(m - k, right), merkleRoot(left)];
}



type JSONDocument = Record<string, unknown> & { claims: unknown[] };

/** Maker makes documents of an archive's proofs. */
export class Maker {
  private readonly proofs: JSONDocument;
  readonly document: Document;
  readonly casts: Cast[];

  constructor(files: Map<string, Uint8Array>) {
    const text = files.get("30-proofs.json") as Uint8Array;
    this.document = parseDocument(text);
    this.proofs = JSON.parse(new TextDecoder().decode(text)) as JSONDocument;
    this.casts = votesOf(files, this.document.chainId);
  }

  /** of makes a document with some of the claims and further fields, in their order. */
  of(claims: readonly number[], more: Record<string, unknown> = {}): Uint8Array {
    const { format, chainId, height, signed, trail } = this.proofs;
    const d = { format, chainId, height, claims: claims.map((i) => this.proofs.claims[i]), ...more, signed, trail };
    return utf8(JSON.stringify(d) + "\n");
  }

  /** receipt is the receipt of a vote. */
  receipt(position: number): Uint8Array {
    const { record, vote } = this.casts[position] as Cast;
    const hashes = pathOf(position, this.casts.map((c) => c.record)).map(base64);
    return this.of([2], { vote: { position, record: base64(record), package: base64(vote.package), memo: base64(vote.memo), hashes } });
  }

  /** set is the sorted set of nullifiers. */
  get set(): Uint8Array[] {
    return [...new Set(this.casts.map((c) => hex(c.nullifier)))].sort().map((h) => new Uint8Array(Buffer.from(h, "hex")));
  }

  /** absence shows that a nullifier is not in the set, between the members at two
   * positions. */
  absence(nullifier: Uint8Array, before: number | undefined, after: number | undefined): Uint8Array {
    const neighbour = (position: number | undefined) =>
      position === undefined ? null : { position, nullifier: base64(this.set[position] as Uint8Array), hashes: pathOf(position, this.set).map(base64) };
    return this.of([4], { notVoted: { nullifier: base64(nullifier), before: neighbour(before), after: neighbour(after) } });
  }
}

/** above is the next byte string of the same length. */
export function above(b: Uint8Array): Uint8Array {
  return concat(b.subarray(0, -1), Uint8Array.of((b.at(-1) as number) + 1));
}
