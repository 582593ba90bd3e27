// Census files: docs/spec/audit.md section 2.6. A file is read once, with the
// memory of one path of its tree.

import { Decompress } from "fzstd";
import { type Bytes, concat, equal, hex, text, unbase64, utf8 } from "./bytes.ts";
import { bit, empty, keyLength, leafOf, levels, weightOf } from "./census.ts";
import { NotCanonical, nothing } from "./codec.ts";
import { blake2b256 } from "./hash.ts";
import { Ended, type Input, Stream } from "./stream.ts";

/** Census is what a census file says. */
export interface Census {
  readonly root: Bytes;
  readonly members: number;
  readonly weight: bigint; // of all members
}

/** readCensusFile reads a census file and checks that it has the root that it
 * states. It throws NotCanonical. pause is awaited now and then. */
export async function readCensusFile(input: Input, pause: () => Promise<void>): Promise<Census> {
  const stream = new Stream(input);
  try {
    const first = (await stream.take(1))[0];
    if (first === 0x75) return await readMembers(stream, pause); // "u"
    if (first !== 0x7b) throw new NotCanonical("{ is missing");
    await expect(stream, '"type":1,"rootHash":"');
    const stated = text(await stream.take(64));
    await expect(stream, '","data":"');
    const census = await readDump(new Stream(unzip(quoted(stream))), pause);
    await expect(stream, '","maxLevels":160}');
    if (!(await stream.ended())) throw new NotCanonical("bytes after the object");
    if (stated !== hex(census.root)) throw new NotCanonical(`its members make the root ${hex(census.root)}, it states ${stated}`);
    return census;
  } catch (err) {
    if (err instanceof Ended) throw new NotCanonical("it ends too early");
    throw err;
  }
}

const maxWidth = 16; // bytes of a weight

/** readMembers is readCensusFile for the second form, after its first byte. */
async function readMembers(stream: Stream, pause: () => Promise<void>): Promise<Census> {
  await expect(stream, "rna-census-1\n");
  const stated = (await stream.take(32)).slice();
  const count = (await stream.take(8)).reduceRight((sum, c) => (sum << 8n) | BigInt(c), 0n);
  const edge = new RightEdge();
  let [members, weight] = [0, 0n];
  for (; BigInt(members) < count; members++) {
    const key = (await stream.take(keyLength)).slice();
    const width = (await stream.take(1))[0] ?? 0;
    if (width < 1 || width > maxWidth) throw new NotCanonical(`member ${members} has a weight of ${width} bytes`);
    const value = new Uint8Array(32);
    value.set(await stream.take(width));
    if (value[width - 1] === 0) throw new NotCanonical(`member ${members} has a weight of more bytes than it needs`);
    weight += weightOf(value);
    edge.add(key, leafOf(key, value));
    if (members % 256 === 0) await pause();
  }
  if (!(await stream.ended())) throw new NotCanonical("bytes after the last member");
  const root = edge.root();
  if (!equal(root, stated)) throw new NotCanonical(`its members make the root ${hex(root)}, it states ${hex(stated)}`);
  return { root, members, weight };
}

async function expect(stream: Stream, want: string): Promise<void> {
  const b = utf8(want);
  if (!equal(await stream.take(b.length), b)) throw new NotCanonical(`${want} is missing`);
}

/** quoted is what the base64 before the next quotation mark says. */
async function* quoted(stream: Stream): AsyncGenerator<Bytes> {
  for (let ended = false; !ended; ) {
    const piece = await stream.until(0x22, 4096);
    ended = piece.length < 4096;
    const b = unbase64(text(piece) ?? "");
    if (!b || (!ended && b.length !== 3072)) throw new NotCanonical("no base64");
    yield b;
  }
}

const maxWindow = 8n << 20n; // what every reader of zstd must support

/** unzip is the content of one zstd frame. Pieces of the input are small, because
 * a byte of it may stand for many. */
async function* unzip(input: Input): AsyncGenerator<Bytes> {
  const stream = new Stream(input);
  let head = nothing;
  while (head.length < maxHead && !(await stream.ended())) head = concat(head, await stream.some(maxHead - head.length));
  if (windowOf(head) > maxWindow) throw new NotCanonical("a zstd frame that needs too much memory");
  const out: Bytes[] = [];
  const frame = new Decompress((chunk) => out.push(chunk));
  const push = (b: Bytes, final: boolean): Bytes[] => {
    try {
      frame.push(b, final);
    } catch (err) {
      throw new NotCanonical(`zstd: ${err instanceof Error ? err.message : String(err)}`);
    }
    return out.splice(0);
  };
  yield* push(head, false);
  while (!(await stream.ended())) yield* push((await stream.some(1024)).slice(), false);
  yield* push(nothing, true);
}

const maxHead = 14;

/** windowOf is the memory that a frame asks for (RFC 8878, section 3.1.1.1), from its
 * first bytes. */
function windowOf(head: Bytes): bigint {
  const flags = head[4] ?? 0;
  if (hex(head.subarray(0, 4)) !== "28b52ffd" || (flags & 3) !== 0) throw new NotCanonical("no zstd frame without a dictionary");
  const single = (flags & 0x20) !== 0;
  if (!single) {
    const window = head[5] ?? 0;
    const base = 1n << BigInt(10 + (window >> 3));
    return base + (base / 8n) * BigInt(window & 7);
  }
  const bytes = 1 << (flags >> 6); // of the size, which is the window
  const size = head.subarray(5, 5 + bytes).reduceRight((sum, c) => (sum << 8n) | BigInt(c), 0n);
  return bytes === 2 ? size + 256n : size;
}

const memberLength = 1 + 2 + keyLength + 32;

async function readDump(stream: Stream, pause: () => Promise<void>): Promise<Census> {
  const edge = new RightEdge();
  let [members, weight] = [0, 0n];
  for (; !(await stream.ended()); members++) {
    const r = await stream.take(memberLength);
    if (r[0] !== keyLength || r[1] !== 32 || r[2] !== 0) throw new NotCanonical(`member ${members} has other lengths`);
    const [key, value] = [r.subarray(3, 3 + keyLength), r.subarray(3 + keyLength)];
    weight += weightOf(value);
    edge.add(key, leafOf(key, value));
    if (members % 256 === 0) await pause();
  }
  return { root: edge.root(), members, weight };
}

/** RightEdge is a tree to which leaves come from left to right. Of what lies to the
 * left of the newest leaf it keeps the nodes that wait for a sibling. */
class RightEdge {
  private readonly waiting: (Bytes | undefined)[] = []; // by level
  private last: { key: Bytes; node: Bytes; level: number } | undefined;

  add(key: Bytes, leaf: Bytes): void {
    let level = 0; // where the leaf would stand if nothing came after it
    if (this.last) {
      const before = this.last.key;
      while (level < levels && bit(before, level) === bit(key, level)) level++;
      if (level === levels || bit(before, level) === 1) throw new NotCanonical("a member does not stand in its place");
      this.waiting[level + 1] = this.climb(Math.max(this.last.level, level + 1), level + 1);
      level++;
    }
    this.last = { key: key.slice(), node: leaf, level };
  }

  root(): Bytes {
    return this.last ? this.climb(this.last.level, 0) : empty;
  }

  /** climb is the node above the last leaf at a level. The leaf itself stands
   * further down, next to a sibling; from there up nodes are hashed. */
  private climb(from: number, to: number): Bytes {
    let node = this.last?.node ?? empty;
    const key = this.last?.key ?? empty;
    for (let level = from; level > to; level--) {
      const left = this.waiting[level] ?? empty;
      this.waiting[level] = undefined;
      node = bit(key, level - 1) === 1 ? blake2b256(left, node) : blake2b256(node, empty);
    }
    return node;
  }
}
