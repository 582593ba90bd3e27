// The hashes that the chain uses, and who signed what.

import { secp256k1 } from "@noble/curves/secp256k1";
import { blake2b } from "@noble/hashes/blake2";
import { sha256 as sha } from "@noble/hashes/sha2";
import { keccak_256 } from "@noble/hashes/sha3";
import { type Bytes, concat, utf8 } from "./bytes.ts";

export const sha256 = (...parts: Bytes[]): Bytes => sha(concat(...parts));
export const keccak256 = (...parts: Bytes[]): Bytes => keccak_256(concat(...parts));
export const blake2b256 = (...parts: Bytes[]): Bytes => blake2b(concat(...parts), { dkLen: 32 });

const Point = secp256k1.Point;
type Point = InstanceType<typeof Point>;
const half = Point.Fn.ORDER >> 1n;

/** recover is the point that signed a hash, or undefined if r, s and parity (0 or
 * 1) are not a signature by anybody, or s is not in the lower half. */
function recover(hash: Bytes, rs: Bytes, parity: number): Point | undefined {
  if (parity > 1) return undefined;
  try {
    const signature = secp256k1.Signature.fromCompact(rs).addRecoveryBit(parity);
    return signature.s > half ? undefined : signature.recoverPublicKey(hash);
  } catch {
    return undefined;
  }
}

/** keyOf is the compressed key that signed a hash with r, s, v, where v is 0 or 1
 * and s in the lower half; undefined if that is nobody. */
export function keyOf(hash: Bytes, signature: Bytes): Bytes | undefined {
  return recover(hash, signature.subarray(0, 64), signature[64] ?? 2)?.toRawBytes(true);
}

/** addressOf is the account of a compressed public key; undefined if the bytes
 * are not a point of the curve. */
export function addressOf(key: Bytes): Bytes | undefined {
  if (key.length !== 33) return undefined;
  try {
    return accountOf(Point.fromHex(key));
  } catch {
    return undefined;
  }
}

function accountOf(p: Point): Bytes {
  return keccak256(p.toRawBytes(false).subarray(1)).subarray(12);
}

/** signerOf is the address that signed a text as wallets do (EIP-191); undefined
 * if the signature is nobody's or is not written as it must be: 65 bytes r, s, v
 * with v in 0, 1, 27, 28 and s in the lower half. */
export function signerOf(message: Bytes, signature: Bytes): Bytes | undefined {
  if (signature.length !== 65) return undefined;
  const v = signature[64] as number;
  const hash = keccak256(utf8(`\x19Ethereum Signed Message:\n${message.length}`), message);
  const key = recover(hash, signature.subarray(0, 64), v >= 27 ? v - 27 : v);
  return key && accountOf(key);
}
