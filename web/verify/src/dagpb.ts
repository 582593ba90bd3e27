// Nodes of dag-pb with UnixFS inside, in their one encoding: docs/spec/audit.md
// section 2.

import { type Bytes, compare, concat, equal, text, utf8 } from "./bytes.ts";
import { codecOf } from "./cid.ts";
import { NotCanonical, uvarint } from "./codec.ts";
import * as proto from "./protobuf.ts";

/** Link names a block below. */
export interface Link {
  readonly cid: Bytes;
  readonly name: string; // of directories only
  readonly total: bigint; // bytes of all blocks from there on
  readonly size: bigint; // bytes of the file that are there; of files only
}

/** Node is a directory, or a file or a part of one. A raw node is a leaf that some
 * writers of files make. */
export interface Node {
  readonly type: "directory" | "file" | "raw";
  readonly links: readonly Link[];
  readonly data: Bytes;
  readonly size: bigint; // of the file from there on
}

const types = { raw: 0, directory: 1, file: 2 } as const;
const maxSize = 1n << 62n;

/** parseNode reads a node. It throws NotCanonical. */
export function parseNode(b: Bytes): Node {
  const links: { cid: Bytes; name: string; total: bigint }[] = [];
  let inner: Bytes | undefined;
  for (const f of proto.fields(b)) {
    if (typeof f.value === "bigint" || inner || (f.number !== 1 && f.number !== 2)) throw new NotCanonical("no node of dag-pb");
    if (f.number === 1) inner = f.value;
    else links.push(parseLink(f.value));
  }
  const { type, data, size, blocks } = parseData(inner ?? new Uint8Array(0));
  const n = { type, data, size, links: links.map((l, i) => ({ ...l, size: blocks[i] ?? 0n })) };
  if (!equal(encodeNode(n), b)) throw new NotCanonical("not the one encoding of a node");
  check(n);
  return n;
}

function check(n: Node): void {
  const sum = n.links.reduce((s, l) => s + l.size, BigInt(n.data.length));
  if (n.type === "directory") {
    const sorted = n.links.every((l, i) => l.name !== "" && !l.name.includes("/") && below(n.links[i - 1]?.name ?? "", l.name));
    if (!sorted) throw new NotCanonical("a directory that is not sorted");
  } else if (sum !== n.size || n.size > maxSize || n.links.some((l) => l.name !== "" || l.size === 0n)) {
    throw new NotCanonical("sizes that do not agree");
  } else if (n.links.length > 0 && (n.type === "raw" || n.data.length > 0)) {
    throw new NotCanonical("a node with links and bytes");
  }
}

const below = (a: string, b: string): boolean => compare(utf8(a), utf8(b)) < 0;

function parseLink(b: Bytes): { cid: Bytes; name: string; total: bigint } {
  const m = new proto.Message(b);
  const [cid, name, total] = [m.bytes(1), text(m.bytes(2)), m.number(3)];
  m.done();
  codecOf(cid);
  if (name === undefined || utf8(name).length > 255 || total > maxSize) throw new NotCanonical("a link");
  return { cid, name, total };
}

function parseData(b: Bytes): { type: Node["type"]; data: Bytes; size: bigint; blocks: bigint[] } {
  let type: Node["type"] | undefined;
  let [data, size]: [Bytes, bigint] = [new Uint8Array(0), 0n];
  const blocks: bigint[] = [];
  for (const { number, value } of proto.fields(b)) {
    if (number === 1) type = (Object.keys(types) as Node["type"][]).find((t) => BigInt(types[t]) === value);
    else if (number === 2 && typeof value !== "bigint") data = value;
    else if (number === 3 && typeof value === "bigint") size = value;
    else if (number === 4 && typeof value === "bigint") blocks.push(value);
    else throw new NotCanonical("a part of UnixFS that files do not have");
  }
  if (!type) throw new NotCanonical("neither a file nor a directory");
  return { type, data, size, blocks };
}

const numberAlways = (field: number, v: number | bigint): Bytes => concat(Uint8Array.of(field * 8), uvarint(v));

/** encodeNode writes what parseNode reads. */
export function encodeNode(n: Node): Bytes {
  const file = n.type === "directory" ? [] : [proto.bytes(2, n.data), numberAlways(3, n.size), ...n.links.map((l) => numberAlways(4, l.size))];
  const links = n.links.map((l) =>
    proto.always(2, concat(proto.bytes(1, l.cid), proto.always(2, utf8(l.name)), numberAlways(3, l.total))),
  );
  return concat(...links, proto.always(1, concat(numberAlways(1, types[n.type]), ...file)));
}
