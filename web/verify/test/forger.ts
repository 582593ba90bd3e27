// A chain of one validator, whose key tests hold: it signs whatever they want.

import { secp256k1 } from "@noble/curves/secp256k1";
import { ics23 } from "@confio/ics23";
import { base64, concat, utf8 } from "../src/bytes.ts";
import { lengthBytes, uvarint } from "../src/codec.ts";
import { type Commit, message } from "../src/commit.ts";
import { addressOf, keccak256, sha256 } from "../src/hash.ts";
import { parseHeader, timestamp, validators } from "../src/header.ts";
import * as proto from "../src/protobuf.ts";

export const chainId = "forged/1";
const secret = new Uint8Array(32).fill(42);
const key = secp256k1.getPublicKey(secret, true);
const hash = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const set = validators([{ key, power: 10n }]);
const setBytes = concat(uvarint(1), key, uvarint(10));

/** genesis is the document with which the chain began. */
export const genesis = utf8(
  JSON.stringify({ chain_id: chainId, initial_height: "1", validators: [{ pub_key: { type: "tendermint/PubKeySecp256k1eth", value: base64(key) }, power: "10", name: "" }] }),
);

/** leaves are those of a header; some may be replaced. */
export function leaves(height: number, appHash: Uint8Array, change: Partial<Record<number, Uint8Array>> = {}): Uint8Array {
  const blockId = concat(proto.bytes(1, hash(1)), proto.always(2, concat(proto.number(1, 1), proto.bytes(2, hash(2)))));
  const list = [
    concat(proto.number(1, 11), proto.number(2, 1)),
    proto.bytes(1, utf8(chainId)),
    proto.number(1, height),
    timestamp(1_800_000_000n, 5),
    height === 1 ? Uint8Array.of(0x12, 0) : blockId,
    proto.bytes(1, hash(3)),
    proto.bytes(1, hash(4)),
    proto.bytes(1, set.hash),
    proto.bytes(1, set.hash),
    proto.bytes(1, hash(5)),
    proto.bytes(1, appHash),
    proto.bytes(1, hash(6)),
    proto.bytes(1, hash(7)),
    proto.bytes(1, addressOf(key) ?? hash(0)),
  ];
  return concat(...list.map((l, i) => lengthBytes(change[i] ?? l)));
}

/** signed is a signed header in the form of a document. */
export function signed(header: Uint8Array): { header: string; commit: string; validators: string } {
  const slot = { seconds: 1_800_000_001n, nanos: 0, signature: new Uint8Array(65) };
  const commit: Commit = { round: 0, parts: 1, partsHash: hash(8), slots: [slot] };
  const s = secp256k1.sign(keccak256(message(parseHeader(header), commit, slot)), secret);
  const signature = concat(s.toCompactRawBytes(), Uint8Array.of(s.recovery));
  const bytes = concat(uvarint(0), uvarint(1), hash(8), uvarint(1), Uint8Array.of(1), uvarint(slot.seconds), uvarint(0), signature);
  return { header: base64(header), commit: base64(bytes), validators: base64(setBytes) };
}

/** document claims that a record is all of the state at a height. */
export function document(height: number, key: Uint8Array, value: Uint8Array, more: Record<string, unknown> = {}): Uint8Array {
  const leaf = { hash: 1, prehashValue: 1, length: 1, prefix: Uint8Array.of(0, 2, 2) };
  const proof = ics23.CommitmentProof.encode(ics23.CommitmentProof.fromObject({ exist: { key, value, leaf, path: [] } })).finish();
  const root = sha256(leaf.prefix, lengthBytes(key), lengthBytes(sha256(value)));
  const claims = [{ key: base64(key), value: base64(value), proof: base64(new Uint8Array(proof)) }];
  const d = { format: "urna-proof/1", chainId, height, claims, ...more, signed: signed(leaves(height + 1, root)), trail: [] };
  return utf8(JSON.stringify(d) + "\n");
}
