// The page as people open it: from disk, in Chromium. CHROMIUM names the program.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import * as forger from "../test/forger.ts";
import { publish } from "../test/publish.ts";
import { repo } from "../test/repo.ts";
import { type Vector, vectorsOf } from "../test/vectors.ts";
import { Chromium, type Page } from "./chromium.ts";

const archives = vectorsOf("archives.json").vectors;
const receipts = vectorsOf("receipts.json").vectors;
const accepted = (list: readonly Vector[], what = ""): Vector => list.find((v) => v.accepts && v.name.includes(what)) ?? assert.fail(what);
const dir = mkdtempSync(join(tmpdir(), "verify-page-"));
const address = pathToFileURL(resolve("dist/verify.html")).href;
let browser: Chromium;

before(() => {
  browser = Chromium.start(process.env["CHROMIUM"] ?? "chromium");
});
after(async () => {
  await browser.end();
  rmSync(dir, { recursive: true });
});

function put(v: Vector): string {
  const path = join(dir, v.name.replace(/[^a-zA-Z0-9]+/g, "-"));
  writeFileSync(path, v.bytes);
  return path;
}

/** open opens the page anew, trusting the genesis of the vectors. */
async function open(): Promise<Page> {
  const page = await browser.open(address);
  await page.choose("#genesis", [resolve(repo("test/vectors/files/genesis.json"))]);
  await page.until(`document.getElementById("trust-state").textContent.includes("is trusted: SHA-256")`);
  return page;
}

async function check(page: Page, ...files: string[]): Promise<void> {
  await page.choose("#files", files);
  await page.until(`document.querySelectorAll("article").length === ${files.length} && document.getElementById("work").hidden`);
}

const text = (page: Page, selector: string): Promise<unknown> => page.run(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? null`);
const status = (page: Page, id: string): Promise<unknown> => page.run(`document.querySelector('tr[data-check="${id}"]')?.dataset.status ?? null`);

/** quiet asks that the page asked for nothing but itself and its workers, and that
 * nothing went wrong. */
function quiet(page: Page): void {
  assert.deepEqual(page.problems, []);
  for (const url of page.requests) assert.ok(url === address || url.startsWith("blob:"), url);
}

test("a receipt is checked", async () => {
  const page = await open();
  await check(page, put(accepted(receipts, "receipt")));
  assert.equal(await text(page, ".headline"), "This receipt is right.");
  for (const id of ["V01", "V14", "V22", "V23", "V45", "V46"]) assert.equal(await status(page, id), "passed", id);
  assert.equal(await status(page, "V47"), "not checked");
  assert.match(String(await text(page, "article")), /That no newer vote of the same voter replaced it later/);
  quiet(page);
});

test("an archive is checked, with its title and its result", async () => {
  const page = await open();
  const vector = accepted(archives);
  await check(page, put(vector));
  assert.equal(await text(page, ".headline"), "This archive is right.");
  for (const id of ["V04", "V16", "V27", "V31", "V41", "V43", "V47"]) assert.equal(await status(page, id), "passed", id);
  const rows = await page.run(`[...document.querySelectorAll("article table")].at(0).querySelectorAll("tbody tr td.number").length`);
  assert.equal(rows, vector.accepts?.tally[0]?.length);
  assert.match(String(await text(page, "article table caption")), /^Result: /);
  assert.ok(page.requests.some((url) => url.startsWith("blob:")), "no worker was started");
  quiet(page);
});

test("what is wrong is said, with the number of its check", async () => {
  for (const id of ["V14", "V27", "V41", "V44"]) {
    const page = await open();
    await check(page, put([...archives, ...receipts].find((v) => v.fails === id && v.anchor.genesis) ?? assert.fail(id)));
    assert.match(String(await text(page, ".headline.bad")), new RegExp(`is WRONG: ${id} `));
    assert.equal(await status(page, id), "failed");
    quiet(page);
  }
});

test("without anything that is trusted the page says so", async () => {
  const page = await browser.open(address);
  await check(page, put(accepted(archives)));
  assert.match(String(await text(page, ".headline.open")), /agrees with itself/);
  assert.equal(await status(page, "V01"), "not checked");
  quiet(page);
});

test("a checkpoint may be typed", async () => {
  const page = await browser.open(address);
  const vector = receipts.find((v) => v.accepts && v.anchor.checkpoint) ?? assert.fail();
  const { height, hash } = vector.anchor.checkpoint ?? assert.fail();
  const typed = `${height}:${Buffer.from(hash ?? []).toString("hex")}`;
  await page.run(`(() => { const c = document.getElementById("checkpoint"); c.value = "${typed}"; c.dispatchEvent(new Event("input")); })()`);
  assert.equal(await text(page, "#trust-state"), `The header of height ${height} is trusted.`);
  await check(page, put(vector));
  assert.match(String(await text(page, ".headline.good")), /is right/);
  quiet(page);
});

test("a directory of log tiles is dropped or chosen", async () => {
  const tiles = join(dir, "tiles");
  for (const [path, b] of publish(300)) {
    mkdirSync(dirname(join(tiles, path)), { recursive: true });
    writeFileSync(join(tiles, path), b);
  }
  const genesis = join(dir, "forged.json");
  writeFileSync(genesis, forger.genesis);
  const page = await browser.open(address);
  await page.choose("#genesis", [genesis]);
  await page.until(`document.getElementById("trust-state").textContent.includes("${forger.chainId}")`);
  for (const give of [() => page.drop("#drop", tiles), () => page.choose("#directory", [tiles])]) {
    await page.run(`document.getElementById("verdicts").replaceChildren()`);
    await give();
    await page.until(`document.querySelectorAll("article").length === 1`);
    assert.equal(await text(page, ".headline"), "This directory of log tiles is right.");
    assert.equal(await status(page, "V48"), "passed");
  }
  quiet(page);
});

test("a receipt and an archive are dropped, and compared", async () => {
  const page = await open();
  await page.drop("#drop", put(accepted(archives)), put(accepted(receipts, "receipt")));
  await page.until(`document.querySelectorAll("article").length === 2`);
  assert.equal(await text(page, "#status"), "2 files were checked, 2 accepted.");
  quiet(page);
});

test("everything can be reached and named without a mouse", async () => {
  const page = await browser.open(address);
  const unnamed = await page.run(`[...document.querySelectorAll("input")].filter((i) => i.labels.length === 0).length`);
  assert.equal(unnamed, 0);
  assert.equal(await page.run(`document.documentElement.lang`), "en");
  assert.equal(await page.run(`document.querySelectorAll("main h1").length`), 1);
  assert.equal(await page.run(`document.getElementById("status").getAttribute("role")`), "status");
  for (const scheme of ["light", "dark"]) {
    await page.send("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value: scheme }] });
    assert.ok(Number(await page.run(contrast)) >= 7, `${scheme}: too little contrast`);
  }
  quiet(page);
});

// The contrast between text and background (WCAG 2.2, 1.4.3).
const contrast = `(() => {
  const light = (c) => c.match(/\\d+/g).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const s = getComputedStyle(document.body);
  const [a, b] = [light(s.color), light(s.backgroundColor)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
})()`;
