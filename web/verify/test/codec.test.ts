import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, equal, hex, unbase64, unhex, utf8 } from "../src/bytes.ts";
import { NotCanonical, Reader, amount, lengthBytes, read, u64, uvarint } from "../src/codec.ts";
import { fromHex, random } from "./repo.ts";

test("fields have the bytes of the specification", () => {
  assert.equal(hex(uvarint(300)), "ac02");
  assert.equal(hex(lengthBytes(utf8("ab"))), "026162");
  assert.equal(hex(amount(256n)), "020100");
  assert.equal(hex(amount(0n)), "00");
});

test("numbers come back as they were written", () => {
  for (const v of [0n, 1n, 127n, 128n, 300n, 2n ** 32n, 2n ** 53n, 2n ** 64n - 1n]) {
    assert.equal(read(uvarint(v), (r) => r.uvarint()), v);
    assert.equal(read(u64(v), (r) => r.u64()), v);
    assert.equal(read(amount(v), (r) => r.amount()), v);
  }
  assert.equal(read(amount(2n ** 256n - 1n), (r) => r.amount()), 2n ** 256n - 1n);
});

test("another encoding of a number is refused", () => {
  for (const bad of ["", "80", "8000", "ff00", "80808080808080808002", "ffffffffffffffffff02", "8080808080808080808001"]) {
    assert.throws(() => read(fromHex(bad), (r) => r.uvarint()), NotCanonical, bad);
  }
  for (const bad of ["", "0100", "020001", "21" + "ff".repeat(33), "02ff"]) {
    assert.throws(() => read(fromHex(bad), (r) => r.amount()), NotCanonical, bad);
  }
  assert.throws(() => read(fromHex("02"), (r) => r.bool()), NotCanonical);
  assert.throws(() => read(fromHex("036162"), (r) => r.bytes(10)), NotCanonical);
  assert.throws(() => read(fromHex("026162"), (r) => r.bytes(1)), NotCanonical);
  assert.throws(() => read(fromHex("0000"), (r) => r.u8()), NotCanonical);
  assert.throws(() => new Reader(fromHex("05")).uint(4), NotCanonical);
});

test("base64 has one text for each byte string", () => {
  const next = random(1);
  for (let i = 0; i < 300; i++) {
    const b = Uint8Array.from({ length: Math.floor(next() * 40) }, () => next() * 256);
    const s = Buffer.from(b).toString("base64");
    assert.equal(base64(b), s);
    assert.ok(equal(unbase64(s) as Uint8Array, b));
  }
  for (const bad of ["A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA==AA==", "AA=A", "AAA-", "AAA\n", " AAA", "AA=="+"A"]) {
    assert.equal(unbase64(bad), undefined, bad);
  }
});

test("hex is of the length that is asked for, in lower case", () => {
  assert.deepEqual(unhex("00ff", 2), Uint8Array.of(0, 255));
  for (const bad of ["", "00", "00FF", "0x00", "00f", "00fg"]) assert.equal(unhex(bad, 2), undefined);
});
