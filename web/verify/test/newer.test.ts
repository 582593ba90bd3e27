import assert from "node:assert/strict";
import { test } from "node:test";
import { hex } from "../src/bytes.ts";
import { newer } from "../src/newer.ts";
import { Maker, unpack } from "./material.ts";
import { judge, vectorsOf } from "./vectors.ts";

const { genesis, vectors } = vectorsOf("archives.json");

test("a receipt of a vote that was replaced says so when the archive is at hand", async () => {
  const { bytes } = vectors.find((v) => v.name === "weighted") ?? assert.fail();
  const m = new Maker(await unpack(bytes));
  const archive = await judge("weighted.car", bytes, { genesis });
  const last = new Map(m.casts.map((c, i) => [hex(c.nullifier), i]));
  let replaced = 0;
  for (const [i, c] of m.casts.entries()) {
    const receipt = await judge("receipt", m.receipt(i), { genesis });
    const said = newer(receipt, [receipt, archive]);
    const counts = last.get(hex(c.nullifier)) === i;
    if (!counts) replaced++;
    assert.equal(said.length, 1);
    assert.match(said[0] ?? "", counts ? /shows that this vote counts/ : /was replaced, in the end by vote/);
    assert.deepEqual(newer(archive, [receipt, archive]), []);
  }
  assert.ok(replaced > 0 && replaced < m.casts.length);
});

test("files that nobody trusts have no say", async () => {
  const { bytes } = vectors.find((v) => v.name === "weighted") ?? assert.fail();
  const m = new Maker(await unpack(bytes));
  const receipt = await judge("receipt", m.receipt(0), { genesis });
  assert.deepEqual(newer(receipt, [receipt, await judge("weighted.car", bytes, {})]), []);
  const doubtful = await judge("receipt", m.receipt(0), {});
  assert.deepEqual(newer(doubtful, [doubtful, await judge("weighted.car", bytes, { genesis })]), []);
});
