import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { cli, page } from "../scripts/bundle.mjs";

const built = readFileSync("dist/verify.html", "utf8");
const between = (name: string): string => built.slice(built.indexOf(`<${name}>`) + name.length + 2, built.lastIndexOf(`</${name}>`));
const hashOf = (s: string): string => `'sha256-${createHash("sha256").update(s).digest("base64")}'`;

test("the same sources make the same programs", async () => {
  assert.ok((await page()) === built);
  assert.ok((await cli()) === readFileSync("dist/cli.js", "utf8"));
});

test("the page allows its own script and style, and nothing else", () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(built)?.[1];
  assert.deepEqual(policy?.split("; "), [
    "default-src 'none'",
    `script-src ${hashOf(between("script"))}`,
    `style-src ${hashOf(between("style"))}`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  const html = built.replace(between("script"), "").replace(between("style"), "");
  assert.equal(html.match(/<(script|style|link|img|iframe|object|embed|form|base)\b/g)?.join(), "<style,<script");
  assert.doesNotMatch(html, /\b(src|href|action|on[a-z]+)=/);
});

test("neither the page nor the command has a way to use a network", () => {
  const ways = [
    /\bfetch\b/, /XMLHttpRequest/, /WebSocket/, /WebTransport/, /EventSource/, /RTCPeerConnection/, /sendBeacon/, /importScripts/, /\bimport\s*\(/,
    /\beval\s*\(/, /new Function\b/, /\blocation\b/, /window\.open/,
  ];
  for (const program of [between("script"), readFileSync("dist/cli.js", "utf8")]) {
    for (const way of ways) assert.ok(!way.test(program), String(way));
  }
  assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|document\.write/.test(between("script")));
  const modules = [...readFileSync("dist/cli.js", "utf8").matchAll(/^import .* from "(.*)";$/gm)].map((m) => m[1]);
  assert.deepEqual([...new Set(modules)].sort(), ["node:crypto", "node:fs", "node:os", "node:worker_threads"]);
});

test("no source gives up its types", () => {
  for (const f of readdirSync("src")) {
    assert.doesNotMatch(readFileSync(`src/${f}`, "utf8"), /:\s*any\b|\bas any\b|<any>|@ts-ignore|@ts-nocheck|eslint-disable/, f);
  }
});
