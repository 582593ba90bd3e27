import assert from "node:assert/strict";
import { test } from "node:test";
import { Failure, Report, checks, classes, exitCode } from "../src/report.ts";
import { readText } from "./repo.ts";

test("the list of checks is the one in the specification", () => {
  const page = readText("docs/spec/audit.md");
  const table = page.slice(page.indexOf("<!-- checks -->"), page.indexOf("<!-- /checks -->"));
  // What stands on Ethereum is for urna-audit.
  const rows = table.split("\n").filter((line) => /^\| V[0-9]/.test(line) && !line.includes("| anchor, 8 |"));
  const want = Object.entries(checks).map(([id, c]) => {
    const marks = ["R", "E", "C", "T", "A"].map((k) => (c.applies.includes(k) ? "x" : ""));
    return `| ${id} | ${c.name} | ${classes[c.class]}, ${c.class} | ${marks.join(" | ")} | ${c.text} |`;
  });
  assert.deepEqual(rows, want);
});

test("a report says what was not checked", () => {
  const r = new Report("T");
  r.passed("V46", 3);
  r.skip("V48", "there are none");
  assert.deepEqual(r.lines(), [
    { id: "V41", name: "file format", status: "not checked", items: 0, detail: "there was nothing of the kind" },
    { id: "V46", name: "vote log", status: "passed", items: 3 },
    { id: "V48", name: "tiles", status: "not checked", items: 0, detail: "there are none" },
  ]);
  const broken = r.lines(new Failure("V22", "too few"));
  assert.deepEqual(broken[0], { id: "V22", name: "commits", status: "failed", items: 0, detail: "too few" });
  assert.equal(broken[1]?.detail, "an earlier check ended it");
});

test("the exit code is the class of the check that failed", () => {
  assert.equal(exitCode(undefined), 0);
  assert.equal(exitCode(new Error("disk")), 1);
  for (const [check, code] of [["V01", 2], ["V16", 3], ["V22", 4], ["V27", 5], ["V41", 6], ["V51", 7]] as const) {
    assert.equal(exitCode(new Failure(check, "")), code);
  }
});
