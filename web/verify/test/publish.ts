// Logs of forged elections as directories of tiles.

import { base64, concat, hex, utf8 } from "../src/bytes.ts";
import { uvarint } from "../src/codec.ts";
import { innerHash, leafHash, merkleRoot } from "../src/log.ts";
import { pathOf } from "../src/tiles.ts";
import * as forger from "./forger.ts";

export const election = new Uint8Array(32).fill(9);
const origin = `${forger.chainId}/votes/${hex(election)}`;

/** publish makes the directory of a log, from the definition of C2SP tlog-tiles. */
export function publish(size: number): Map<string, Uint8Array> {
  const entries = Array.from({ length: size }, (_, i) => utf8(`record ${i}`));
  const files = new Map<string, Uint8Array>();
  const root = merkleRoot(entries);
  const record = concat(Uint8Array.of(1), root, uvarint(size), uvarint(size));
  files.set("proof.json", forger.document(7, concat(utf8("l"), election), record));
  files.set("checkpoint", utf8(`${origin}\n${size}\n${base64(root)}\n\n— somebody ${base64(new Uint8Array(68))}\n`));
  const put = (level: number | "entries", list: Uint8Array[]): void => {
    for (let n = 0; n * 256 < list.length; n++) {
      const some = list.slice(n * 256, (n + 1) * 256);
      files.set(pathOf(level, n, some.length), concat(...some));
    }
  };
  put("entries", entries.map((e) => concat(Uint8Array.of(e.length >> 8, e.length & 255), e)));
  let hashes = entries.map(leafHash);
  for (let level = 0; hashes.length > 0; level++) {
    put(level, hashes);
    const above: Uint8Array[] = [];
    for (let n = 0; (n + 1) * 256 <= entries.length / 256 ** level; n++) above.push(rootOfHashes(hashes.slice(n * 256, (n + 1) * 256)));
    hashes = above;
  }
  return files;
}

function rootOfHashes(hashes: Uint8Array[]): Uint8Array {
  let row = hashes;
  while (row.length > 1) row = row.flatMap((h, i) => (i % 2 === 0 ? [innerHash(h, row[i + 1] as Uint8Array)] : []));
  return row[0] as Uint8Array;
}
