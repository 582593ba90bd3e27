// Content identifiers, as far as archives use them: version 1, SHA-256, codec
// dag-pb or raw. Their text is base32.

import { type Bytes, concat } from "./bytes.ts";
import { NotCanonical } from "./codec.ts";
import { sha256 } from "./hash.ts";

/** length is how many bytes a CID has. */
export const length = 36;

export type Codec = "dag-pb" | "raw";

const codes = { "dag-pb": 0x70, raw: 0x55 } as const;

/** cidOf is the CID of a block. */
export function cidOf(codec: Codec, block: Bytes): Bytes {
  return concat(Uint8Array.of(1, codes[codec], 0x12, 0x20), sha256(block));
}

/** codecOf is the codec of a CID. It throws NotCanonical if it is of another kind. */
export function codecOf(cid: Bytes): Codec {
  if (cid.length === length && cid[0] === 1 && cid[2] === 0x12 && cid[3] === 0x20) {
    if (cid[1] === codes["dag-pb"]) return "dag-pb";
    if (cid[1] === codes.raw) return "raw";
  }
  throw new NotCanonical("a CID that is not of version 1, dag-pb or raw, and SHA-256");
}

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** cidText is how people write a CID. */
export function cidText(cid: Bytes): string {
  let [s, bits, n] = ["b", 0, 0];
  for (const c of cid) {
    bits = (bits << 8) | c;
    for (n += 8; n >= 5; n -= 5) s += alphabet.charAt((bits >> (n - 5)) & 31);
    bits &= 31;
  }
  return n > 0 ? s + alphabet.charAt((bits << (5 - n)) & 31) : s;
}
