// How the sources become the two programs. The same sources and the same versions in
// package-lock.json give the same bytes.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const here = new URL("..", import.meta.url).pathname;

const common = {
  absWorkingDir: here,
  bundle: true,
  charset: "ascii",
  legalComments: "inline",
  logLevel: "warning",
  write: false,
};

/** cli is the text of dist/cli.js. */
export async function cli() {
  const result = await build({
    ...common,
    entryPoints: ["src/cli.ts"],
    platform: "node",
    format: "esm",
    target: "node18",
    banner: { js: "#!/usr/bin/env node" },
  });
  return result.outputFiles[0].text;
}

/** page is the text of dist/verify.html: one file, with nothing to load. */
export async function page() {
  const result = await build({
    ...common,
    entryPoints: ["src/page.ts"],
    platform: "browser",
    format: "iife",
    target: ["es2022"],
  });
  const script = `\n${result.outputFiles[0].text}`;
  if (/<\/script|<!--/i.test(script)) throw new Error("the script holds what would end it in HTML");
  const style = `\n${readFileSync(`${here}src/page.css`, "utf8")}`;
  const csp = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "worker-src blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const parts = { csp, style, script };
  return readFileSync(`${here}src/page.html`, "utf8").replace(/\{\{(csp|style|script)\}\}/g, (_, name) => parts[name]);
}

/** hashOf is how a content security policy names a script or a style. */
function hashOf(text) {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** write writes both programs. */
export async function write() {
  mkdirSync(`${here}dist`, { recursive: true });
  writeFileSync(`${here}dist/cli.js`, await cli(), { mode: 0o755 });
  writeFileSync(`${here}dist/verify.html`, await page());
}
