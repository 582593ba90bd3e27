// Builds both programs, bundles the tests of a folder and runs them with node's own
// runner. Further arguments pick tests by a part of their file's name.

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";
import { write } from "./bundle.mjs";

const here = new URL("..", import.meta.url).pathname;
const [folder, ...wanted] = process.argv.slice(2);
const named = (f) => f.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((w) => f.includes(w)));
const tests = readdirSync(`${here}${folder}`).filter(named);
await write();
rmSync(`${here}build`, { recursive: true, force: true });
await build({
  entryPoints: tests.map((f) => `${here}${folder}/${f}`),
  outdir: `${here}build`,
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  target: "node18",
  sourcemap: "inline",
  logLevel: "warning",
});
const files = tests.map((f) => `${here}build/${f.replace(/\.ts$/, ".js")}`);
const run = spawnSync(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...files], { stdio: "inherit", cwd: here });
process.exit(run.status ?? 1);
