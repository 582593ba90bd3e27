import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, unhex, utf8 } from "../src/bytes.ts";
import { sha256 } from "../src/hash.ts";
import { trustCheckpoint } from "../src/trust.ts";
import { checkOf, judge, vectorsOf } from "./vectors.ts";

const { genesis, vectors } = vectorsOf("archives.json");
const plain = vectors[0] ?? assert.fail();

test("another genesis is not trusted, and none is said", async () => {
  assert.equal(checkOf(await judge("plain", plain.bytes, { genesis: utf8(new TextDecoder().decode(genesis).replace('"power":"10"', '"power":"11"')) })), "V01");
  assert.match(checkOf(await judge("plain", plain.bytes, { genesis: genesis.subarray(0, -1) })), /trusted genesis is no JSON/);
  const doc = JSON.parse(new TextDecoder().decode(genesis)) as object;
  assert.equal(checkOf(await judge("plain", plain.bytes, { genesis: utf8(JSON.stringify(doc, null, 2) + "\n") })), "accepted");
  assert.equal(checkOf(await judge("plain", plain.bytes, { genesisHash: sha256(genesis) })), "accepted");
  assert.equal(checkOf(await judge("plain", plain.bytes, { genesisHash: new Uint8Array(32) })), "V01");
  const none = await judge("plain", plain.bytes, {});
  assert.equal(none.error, undefined);
  assert.ok(!none.trusted);
  assert.equal(none.checks.find((c) => c.id === "V01")?.status, "not checked");
});

test("a checkpoint must be in the file, and is compared", async () => {
  const { height, block } = (await judge("plain", plain.bytes, {})).outcome ?? assert.fail();
  const hash = unhex(block ?? "", 32) ?? assert.fail();
  const at = (height ?? 0) + 1; // the block confirms the state of the height before
  const right = await judge("plain", plain.bytes, { checkpoint: trustCheckpoint(at, hash) });
  assert.equal(checkOf(right), "accepted");
  assert.ok(right.trusted);
  assert.equal(checkOf(await judge("plain", plain.bytes, { checkpoint: trustCheckpoint(at, hash.map((v) => v ^ 1)) })), "V21");
  assert.match(checkOf(await judge("plain", plain.bytes, { checkpoint: trustCheckpoint(1_000_000, hash) })), /does not hold header 1000000/);
  assert.equal(hex(hash), block);
});

test("the words of the metadata are there", async () => {
  const { outcome } = await judge("plain", plain.bytes, { genesis });
  assert.ok((outcome?.description?.title ?? "").length > 0);
  assert.ok((outcome?.description?.questions.length ?? 0) > 0);
});
