// CAR files: docs/spec/audit.md section 2. A directory of files, block after block,
// each checked against the link that names it. Memory is for one block and the way
// down to it.

import { type Bytes, concat, equal, utf8 } from "./bytes.ts";
import { cidText, codecOf, length as cidLength } from "./cid.ts";
import { type Link, type Node, parseNode } from "./dagpb.ts";
import { sha256 } from "./hash.ts";
import { Failure, fail, under } from "./report.ts";
import { Ended, type Input, Stream } from "./stream.ts";

/** Content is a file of the directory. Its chunks must be read before the next file
 * is asked for. */
export interface Content {
  readonly name: string;
  readonly cid: Bytes;
  readonly size: bigint;
  readonly chunks: Input;
}

/** Car is an open CAR file. */
export interface Car {
  readonly root: Bytes;
  readonly names: readonly string[];
  readonly files: AsyncIterable<Content>;
}

// DAG-CBOR of {"roots": [root], "version": 1}, with its length before it.
const headerHead = concat(Uint8Array.of(0x3a, 0xa2, 0x65), utf8("roots"), Uint8Array.of(0x81, 0xd8, 0x2a, 0x58, 0x25, 0));
const headerTail = concat(Uint8Array.of(0x67), utf8("version"), Uint8Array.of(1));

const maxBlock = 2 << 20;
const maxDepth = 64;

/** Pending is a link that has not been followed yet. */
interface Pending extends Link {
  readonly depth: number;
  readonly level: number; // above the leaves of its file
}

/** openCar reads the header and the root directory of a CAR file. A file that is
 * free may be laid out as whoever made it liked. All that is read throws V41 and
 * V42. */
export async function openCar(input: Input, free: (name: string) => boolean): Promise<Car> {
  const reader = new CarReader(new Stream(input));
  const root = await reader.header();
  const node = await reader.follow({ cid: root, name: "", total: 0n, size: 0n, depth: 0, level: 0 });
  if (node.type !== "directory") return fail("V41", "the root is not a directory");
  return { root, names: node.links.map((l) => l.name), files: files(reader, node.links, free) };
}

async function* files(reader: CarReader, links: readonly Link[], free: (name: string) => boolean): AsyncGenerator<Content> {
  for (const link of links) {
    const first = { ...link, depth: 1, level: 0 };
    const node = await reader.follow(first);
    if (node.type === "directory") fail("V41", `${link.name} is a directory`);
    const at = { ...first, size: node.size, level: levelsOf(node.size) };
    const chunks = contents(reader, node, at, free(link.name));
    yield { name: link.name, cid: link.cid, size: node.size, chunks };
    for await (const _ of chunks); // what nobody has read
  }
  if (!(await reader.stream.ended())) fail("V41", "there are bytes after the last block");
}

async function* contents(reader: CarReader, root: Node, at: Pending, free: boolean): AsyncGenerator<Bytes> {
  const todo: Pending[] = [];
  for (let [node, p]: [Node, Pending] = [root, at]; ; ) {
    if (node.type === "directory" || node.size !== p.size) fail("V42", `a part of ${at.name} is not what its link states`);
    if (!free && !asBuilt(node, p)) fail("V42", `${at.name} is laid out in another way than archives are`);
    if (node.data.length > 0) yield node.data;
    for (const l of [...node.links].reverse()) todo.push({ ...l, name: at.name, depth: p.depth + 1, level: p.level - 1 });
    const next = todo.pop();
    if (!next) return;
    [node, p] = [await reader.follow(next), next];
  }
}

/** CarReader reads blocks, of which each must be the one that a link names. */
class CarReader {
  constructor(readonly stream: Stream) {}

  async header(): Promise<Bytes> {
    const b = await this.take(headerHead.length + cidLength + headerTail.length);
    const [head, cid, tail] = [b.subarray(0, headerHead.length), b.subarray(headerHead.length, -headerTail.length), b.subarray(-headerTail.length)];
    if (!equal(head, headerHead) || !equal(tail, headerTail)) fail("V41", "the file does not begin as a CAR of version 1 with one root");
    under("V41", "root", () => codecOf(cid));
    return cid;
  }

  async follow(p: Pending): Promise<Node> {
    const what = `block ${cidText(p.cid)}${p.name && ` of ${p.name}`}`;
    if (p.depth > maxDepth) fail("V42", `${what} lies too deep`);
    const length = await this.torn(() => this.stream.uvarint(cidLength + maxBlock));
    if (length === undefined || length < cidLength) return fail("V41", `the length of ${what} is not written as it must be`);
    const cid = await this.take(cidLength);
    if (!equal(cid, p.cid)) fail("V41", `another block stands where ${what} must`);
    const block = await this.take(length - cidLength);
    if (!equal(sha256(block), cid.subarray(4))) fail("V42", `${what} has another hash`);
    const raw = codecOf(cid) === "raw";
    const node: Node = raw ? { type: "raw", links: [], data: block, size: BigInt(block.length) } : under("V42", what, () => parseNode(block));
    const total = node.links.reduce((sum, l) => sum + l.total, BigInt(block.length));
    if (p.depth > 0 && total !== p.total) fail("V42", `the link to ${what} states ${p.total} bytes, not ${total}`);
    return node;
  }

  private take(n: number): Promise<Bytes> {
    return this.torn(() => this.stream.take(n));
  }

  private async torn<T>(take: () => Promise<T>): Promise<T> {
    try {
      return await take();
    } catch (err) {
      if (err instanceof Ended) throw new Failure("V41", "the file ends in the middle");
      throw err;
    }
  }
}

// How the files that an archive makes are cut and stacked: chunks of 256 KiB, and
// 174 links at most in a node.
const chunk = 256n << 10n;
const maxLinks = 174n;

/** levelsOf is how many levels stand above the leaves of a file of this size. */
function levelsOf(size: bigint): number {
  let level = 0;
  for (let room = chunk; room < size; room *= maxLinks) level++;
  return level;
}

/** asBuilt tells whether an archive would have made this node. */
function asBuilt(n: Node, p: Pending): boolean {
  if (n.type !== "file" || codecOf(p.cid) === "raw") return false;
  if (p.level === 0) return n.links.length === 0;
  const full = chunk * maxLinks ** BigInt(p.level - 1);
  return n.links.length > 0 && n.links.every((l, i) => (i < n.links.length - 1 ? l.size === full : l.size <= full));
}

