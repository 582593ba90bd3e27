import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, concat, utf8 } from "../src/bytes.ts";
import { merkleRoot } from "../src/log.ts";
import { pathOf } from "../src/tiles.ts";
import type { Verdict } from "../src/verify.ts";
import * as forger from "./forger.ts";
import { election, publish } from "./publish.ts";
import { checkOf, judgeDirectory } from "./vectors.ts";

const judge = (files: ReadonlyMap<string, Uint8Array>): Promise<Verdict> => judgeDirectory(files, { genesis: forger.genesis });

test("tiles have the names of C2SP", () => {
  assert.equal(pathOf(0, 1234067, 256), "tile/0/x001/x234/067");
  assert.equal(pathOf("entries", 0, 1), "tile/entries/000.p/1");
  assert.equal(pathOf(5, 999, 255), "tile/5/999.p/255");
  assert.equal(pathOf(1, 1000, 256), "tile/1/x001/000");
});

for (const size of [0, 1, 255, 256, 257, 700, 65_536 + 300]) {
  test(`a log of ${size} votes is accepted`, async () => {
    const v = await judge(publish(size));
    if (v.error !== undefined) throw v.error;
    assert.ok(v.trusted);
    assert.equal(v.checks.find((c) => c.id === "V46")?.items ?? 0, size);
  });
}

test("every file is needed, as it is, and none besides", async () => {
  const good = publish(700);
  for (const path of good.keys()) {
    const files = new Map(good);
    files.delete(path);
    const check = path === "checkpoint" || path === "proof.json" ? "V41" : "V48";
    assert.equal(checkOf(await judge(files)), check, `without ${path}`);
    if (!path.startsWith("tile/")) continue;
    const b = (good.get(path) as Uint8Array).slice();
    b[b.length >> 1] = (b[b.length >> 1] as number) ^ 1;
    assert.equal(checkOf(await judge(new Map(good).set(path, b))), "V48", `${path} altered`);
    assert.equal(checkOf(await judge(new Map(good).set(path, concat(b, Uint8Array.of(0))))), "V48", `${path} longer`);
  }
  assert.equal(checkOf(await judge(new Map(good).set("tile/0/003", new Uint8Array(0)))), "V48");
  assert.equal(checkOf(await judge(new Map(good).set("more", new Uint8Array(0)))), "V48");
});

test("a checkpoint of another log is refused", async () => {
  const good = publish(3);
  const note = new TextDecoder().decode(good.get("checkpoint"));
  const root = note.split("\n")[2] as string;
  const cases: [string, string][] = [
    [note.replace(forger.chainId, "another"), "V46"],
    [note.replace("\n3\n", "\n2\n"), "V46"],
    [note.replace(root, base64(new Uint8Array(32))), "V46"],
    [note.replace("\n3\n", "\n03\n"), "V41"],
    [note.replace("\n\n", "\n"), "V41"],
    [note + note.split("\n")[4] + "\n", "V41"],
    [note.slice(0, -1), "V41"],
    [note.replace(root, "AAAA"), "V41"],
  ];
  for (const [text, check] of cases) assert.equal(checkOf(await judge(new Map(good).set("checkpoint", utf8(text)))), check, text);
  assert.equal(checkOf(await judge(new Map(good).set("proof.json", forger.document(7, concat(utf8("n"), election), fromNothing())))), "V46");
});

/** fromNothing is the finished set of no nullifiers. */
function fromNothing(): Uint8Array {
  return concat(Uint8Array.of(1, 1, 0), merkleRoot([]));
}
