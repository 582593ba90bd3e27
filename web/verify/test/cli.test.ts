import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { checks } from "../src/report.ts";
import { repo } from "./repo.ts";
import { type Vector, vectorsOf } from "./vectors.ts";

const dir = mkdtempSync(join(tmpdir(), "verify-"));
after(() => rmSync(dir, { recursive: true }));

const archives = vectorsOf("archives.json").vectors;
const receipts = vectorsOf("receipts.json").vectors;
const genesis = repo("test/vectors/files/genesis.json");

function run(...args: string[]): { code: number | null; out: string; err: string } {
  const r = spawnSync(process.execPath, ["dist/cli.js", ...args], { encoding: "utf8" });
  return { code: r.status, out: r.stdout, err: r.stderr };
}

function put(v: Vector): string {
  const path = join(dir, v.name.replace(/[^a-zA-Z0-9]+/g, "-"));
  writeFileSync(path, v.bytes);
  return path;
}

const accepted = (list: readonly Vector[]): Vector => list.find((v) => v.accepts) ?? assert.fail();

test("what is right ends with 0 and says what it shows", () => {
  const [archive, receipt] = [put(accepted(archives)), put(accepted(receipts))];
  const r = run(archive, receipt, `--genesis=${genesis}`);
  assert.equal(r.code, 0, r.err);
  assert.match(r.out, /This archive is right\./);
  assert.match(r.out, /This receipt is right\./);
  assert.match(r.out, /It does not show:/);
  assert.match(r.out, /V27 tally +passed +\d/);
});

test("what is wrong ends with the class of its check", () => {
  const seen = new Set<string>();
  for (const v of [...archives, ...receipts]) {
    if (!v.fails || seen.has(v.fails) || !v.anchor.genesis) continue;
    seen.add(v.fails);
    const r = run(put(v), "--genesis", genesis, "--json");
    assert.equal(r.code, checks[v.fails as keyof typeof checks].class, v.name);
    const said = JSON.parse(r.out) as { verdict: string; check: string; exitCode: number };
    assert.deepEqual([said.verdict, said.check, said.exitCode], ["refused", v.fails, r.code]);
  }
  assert.ok(seen.size > 12);
});

test("without anything that is trusted it is not enough that a file agrees with itself", () => {
  const path = put(accepted(archives));
  const doubtful = run(path);
  assert.equal(doubtful.code, 1);
  assert.match(doubtful.err, /nothing says that this is your chain/);
  assert.match(doubtful.out, /V01 genesis +not checked/);
  const content = run(path, "--any-chain");
  assert.equal(content.code, 0);
  assert.match(content.out, /agrees with itself/);
});

test("the hash of the genesis is enough for an archive, and not for a receipt", () => {
  const hash = createHash("sha256").update(readFileSync(genesis)).digest("hex");
  assert.equal(run(put(accepted(archives)), "--genesis-hash", hash).code, 0);
  assert.equal(run(put(accepted(archives)), "--genesis-hash", "0".repeat(64)).code, 2);
  const r = run(put(accepted(receipts)), "--genesis-hash", hash);
  assert.equal(r.code, 1);
  assert.match(r.out, /needs the genesis document itself/);
});

test("the first file that is wrong decides", () => {
  const bad = put(archives.find((v) => v.fails === "V27") ?? assert.fail());
  assert.equal(run(put(accepted(archives)), bad, "--genesis", genesis).code, 5);
});

test("a file cannot give orders to a terminal", () => {
  const path = join(dir, "named\u001b[31mred\u202e");
  writeFileSync(path, accepted(archives).bytes);
  const r = run(path, "--genesis", genesis);
  assert.equal(r.code, 0);
  assert.doesNotMatch(r.out.replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});

test("a command that makes no sense ends with 64", () => {
  const path = put(accepted(archives));
  for (const args of [[], ["--json"], [path, "--genesis"], [path, "--trust", "x"], [path, "--what"], [path, "--genesis", genesis, "--trust", `1:${"0".repeat(64)}`]]) {
    const r = run(...args);
    assert.equal(r.code, 64, args.join(" "));
    assert.match(r.err, /Usage:/);
  }
  const missing = run(join(dir, "nothing"), path, "--genesis", genesis);
  assert.equal(missing.code, 1);
  assert.match(missing.out, /Nothing can be said: ENOENT/);
  assert.match(missing.out, /This archive is right/);
  assert.equal(run(path, "--genesis", join(dir, "nothing")).code, 1);
});
