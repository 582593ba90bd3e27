// Block headers and sets of validators: docs/spec/proofs.md sections 1 and 2.

import { type Bytes, compare, concat, equal, hex, text } from "./bytes.ts";
import { NotCanonical, nothing, read } from "./codec.ts";
import { addressOf } from "./hash.ts";
import { merkleRoot } from "./log.ts";
import * as proto from "./protobuf.ts";

/** names are the leaves in the order in which they are hashed. */
const names = [
  "version",
  "chain id",
  "height",
  "time",
  "last block id",
  "last commit hash",
  "data hash",
  "validators hash",
  "next validators hash",
  "consensus hash",
  "application hash",
  "last results hash",
  "evidence hash",
  "proposer",
] as const;

const maxLeaf = 1024;

/** Header is a block's header; its hash is what validators sign. */
export interface Header {
  readonly chainId: string;
  readonly height: number;
  readonly seconds: bigint; // of its time, since 1970
  readonly nanos: number;
  readonly lastHash: Bytes; // hash of the header before; none at the first height
  readonly dataHash: Bytes;
  readonly validatorsHash: Bytes;
  readonly nextValidatorsHash: Bytes;
  readonly appHash: Bytes;
  readonly hash: Bytes;
  readonly bytes: Bytes; // as they came
}

/** parseHeader reads the fourteen leaves. It throws NotCanonical. */
export function parseHeader(b: Bytes): Header {
  const leaves = read(b, (r) => Array.from({ length: names.length }, () => r.bytes(maxLeaf)));
  const leaf = (name: (typeof names)[number]): Leaf => new Leaf(name, leaves[names.indexOf(name)] as Bytes);
  const version = leaf("version");
  version.canonical((m) => concat(proto.number(1, m.number(1)), proto.number(2, m.number(2))));
  const height = leaf("height").number(1n, BigInt(Number.MAX_SAFE_INTEGER));
  const { seconds, nanos } = leaf("time").timestamp();
  for (const name of ["last commit hash", "consensus hash", "last results hash", "evidence hash"] as const) leaf(name).wrapped(32);
  leaf("proposer").wrapped(20);
  return {
    chainId: leaf("chain id").chainId(),
    height: Number(height),
    seconds,
    nanos,
    lastHash: leaf("last block id").blockId(height === 1n),
    dataHash: leaf("data hash").wrapped(32),
    validatorsHash: leaf("validators hash").wrapped(32),
    nextValidatorsHash: leaf("next validators hash").wrapped(32),
    appHash: leaf("application hash").wrapped(32),
    hash: merkleRoot(leaves),
    bytes: b,
  };
}

/** goodChainId tells whether a name is 1 to 50 printable ASCII characters that need
 * no escape in JSON. */
export function goodChainId(id: string): boolean {
  return /^[ !#-%'-;=?-[\]-~]{1,50}$/.test(id);
}

/** maxTime is the end of the year 9999. */
export const maxTime = 253_402_300_799n;

/** Leaf is one leaf, which must be the one encoding of what it says. */
class Leaf {
  constructor(
    private readonly name: string,
    private readonly b: Bytes,
  ) {}

  private bad(): never {
    throw new NotCanonical(`the ${this.name} of a header is ${hex(this.b) || "empty"}`);
  }

  /** canonical writes what the leaf says again, and compares. */
  canonical(write: (m: proto.Message) => Bytes): void {
    if (!equal(write(new proto.Message(this.b)), this.b)) this.bad();
  }

  number(min: bigint, max: bigint): bigint {
    let v = 0n;
    this.canonical((m) => proto.number(1, (v = m.number(1))));
    return v < min || v > max ? this.bad() : v;
  }

  /** wrapped is the value of a BytesValue or StringValue of so many bytes. */
  wrapped(length: number | undefined): Bytes {
    let v: Bytes = nothing;
    this.canonical((m) => proto.bytes(1, (v = m.bytes(1))));
    return length !== undefined && v.length !== length ? this.bad() : v;
  }

  chainId(): string {
    const id = text(this.wrapped(undefined)) ?? "";
    return goodChainId(id) ? id : this.bad();
  }

  /** timestamp is a time from 1970 to 9999. Earlier ones would be numbers of 2^63
   * and more. */
  timestamp(): { seconds: bigint; nanos: number } {
    let [seconds, nanos] = [0n, 0n];
    this.canonical((m) => {
      [seconds, nanos] = [m.number(1), m.number(2)];
      return timestamp(seconds, Number(nanos));
    });
    return seconds > maxTime || nanos > 999_999_999n ? this.bad() : { seconds, nanos: Number(nanos) };
  }

  /** blockId is the hash of the block before, which the first one does not have. */
  blockId(first: boolean): Bytes {
    let [hash, partsHash]: [Bytes, Bytes] = [nothing, nothing];
    let total = 0n;
    this.canonical((m) => {
      hash = m.bytes(1);
      const parts = new proto.Message(m.bytes(2));
      [total, partsHash] = [parts.number(1), parts.bytes(2)];
      return concat(proto.bytes(1, hash), proto.always(2, concat(proto.number(1, total), proto.bytes(2, partsHash))));
    });
    const length = first ? 0 : 32;
    if (hash.length !== length || partsHash.length !== length || (total === 0n) !== first || total > maxParts) this.bad();
    return hash;
  }
}

/** maxParts bounds the parts in which a block is gossiped. */
export const maxParts = 2n ** 31n - 1n;

/** timestamp is Protobuf's Timestamp. */
export function timestamp(seconds: bigint, nanos: number): Bytes {
  return concat(proto.number(1, seconds), proto.number(2, nanos));
}

/** Validator is a member of a set; its key is compressed. */
export interface Validator {
  readonly key: Bytes;
  readonly power: bigint;
}

/** Validators is a set in the order of CometBFT. */
export interface Validators {
  readonly list: readonly Validator[];
  readonly total: bigint;
  readonly hash: Bytes;
}

const maxValidators = 10_000;

/** parseValidators reads a set. It throws NotCanonical. */
export function parseValidators(b: Bytes): Validators {
  return validators(
    read(b, (r) => {
      const list: Validator[] = [];
      for (let n = r.uint(maxValidators); n > 0; n--) list.push({ key: r.fixed(33), power: r.uvarint() });
      return list;
    }),
  );
}

/** validators makes a set of a list that is in order. It throws NotCanonical. */
export function validators(list: readonly Validator[]): Validators {
  if (list.length < 1 || list.length > maxValidators) throw new NotCanonical(`a set of ${list.length} validators`);
  let total = 0n;
  let before: { power: bigint; address: Bytes } | undefined;
  for (const { key, power } of list) {
    const address = addressOf(key);
    if (!address) throw new NotCanonical(`${hex(key)} is no key`);
    if (power < 1n || (total += power) >= 1n << 60n) throw new NotCanonical("power is zero or too large");
    if (before && (power > before.power || (power === before.power && compare(before.address, address) >= 0))) {
      throw new NotCanonical("validators are not in order");
    }
    before = { power, address };
  }
  const seen = new Set(list.map((v) => hex(v.key)));
  if (seen.size < list.length) throw new NotCanonical("a validator stands twice");
  const entries = list.map((v) => concat(proto.always(1, proto.bytes(5, v.key)), proto.number(2, v.power)));
  return { list, total, hash: merkleRoot(entries) };
}

/** sorted puts validators in the order of a set. It throws NotCanonical. */
export function sorted(list: readonly Validator[]): Validators {
  const all = list.map((v) => ({ ...v, address: addressOf(v.key) ?? new Uint8Array(0) }));
  all.sort((a, b) => (a.power === b.power ? compare(a.address, b.address) : a.power > b.power ? -1 : 1));
  return validators(all);
}
