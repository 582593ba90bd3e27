// The verifier for terminals.
//
//     node dist/cli.js FILE... [--genesis FILE | --trust HEIGHT:HASH | --any-chain] [--json]
//
// Exit codes: 0 nothing failed; 1 a file could not be read, or nothing is trusted; 64
// the command line makes no sense; otherwise the class of the first check that failed
// (docs/spec/audit.md section 1).

import { readFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { Anchor } from "./archive.ts";
import { hex, unhex } from "./bytes.ts";
import { isDirectory, nodeDirectory, nodeFile, nodeMachine, serve } from "./node.ts";
import type { Machine } from "./machine.ts";
import { newer } from "./newer.ts";
import { exitCode } from "./report.ts";
import { parseCheckpoint } from "./trust.ts";
import { type Verdict, verify, verifyDirectory } from "./verify.ts";
import { facts, headline, meaning, message, results } from "./words.ts";

const usage = `Usage: node cli.js FILE... [--genesis FILE | --genesis-hash HASH | --trust HEIGHT:HASH | --any-chain] [--json]

Checks receipts, proof documents, archives of elections and directories of log tiles,
without a network.

  --genesis FILE        the genesis document of the chain, from a source that you trust
  --genesis-hash HASH   for archives: the SHA-256 of the genesis document as they hold it
  --trust HEIGHT:HASH   the hash of the header of a height, from a source that you trust
  --any-chain           it is enough that the files agree with themselves
  --json                say it in JSON
`;

/** Command is what was asked for. */
interface Command {
  readonly files: string[];
  readonly anchor: Anchor;
  readonly anyChain: boolean;
  readonly json: boolean;
}

/** anchors are the ways to say what is trusted; a string is what is wrong with it. */
const anchors = {
  "--genesis": (path: string): Anchor => ({ genesis: new Uint8Array(readFileSync(path)) }),
  "--genesis-hash": (digits: string): Anchor | string => {
    const genesisHash = unhex(digits.toLowerCase().replace(/^0x/, ""), 32);
    return genesisHash ? { genesisHash } : "--genesis-hash is 64 hex digits";
  },
  "--trust": (text: string): Anchor | string => {
    const checkpoint = parseCheckpoint(text);
    return checkpoint ? { checkpoint } : "--trust is HEIGHT:HASH, the hash in 64 hex digits";
  },
};

/** parse reads the arguments; a string is what is wrong with them. */
function parse(args: readonly string[]): Command | string {
  const files: string[] = [];
  let [json, anyChain, anchor]: [boolean, boolean, Anchor] = [false, false, {}];
  for (let i = 0; i < args.length; i++) {
    const [name, given] = (args[i] as string).split(/=(.*)/s) as [string, string | undefined];
    if (name === "--json") json = true;
    else if (name === "--any-chain") anyChain = true;
    else if (name in anchors) {
      const value = given ?? args[++i];
      if (value === undefined) return `${name} needs a value`;
      if (Object.keys(anchor).length > 0) return `one of ${Object.keys(anchors).join(", ")} is enough`;
      const read = anchors[name as keyof typeof anchors](value);
      if (typeof read === "string") return read;
      anchor = read;
    } else if (name.startsWith("-")) return `there is no ${name}`;
    else files.push(args[i] as string);
  }
  return files.length === 0 ? "no file is named" : { files, anchor, anyChain, json };
}

async function main(): Promise<number> {
  const command = parse(process.argv.slice(2));
  if (typeof command === "string") {
    process.stderr.write(`${command}\n\n${usage}`);
    return 64; // EX_USAGE of BSD's sysexits.h
  }
  const live = process.stderr.isTTY && !command.json;
  const { machine, end } = nodeMachine(new URL(import.meta.url), (n) => live && process.stderr.write(`\r${n} transactions checked`));
  const verdicts: Verdict[] = [];
  for (const path of command.files) {
    verdicts.push(await judge(path, command.anchor, machine));
    if (live) process.stderr.write("\r\x1b[K");
  }
  await end();
  for (const v of verdicts) process.stdout.write(command.json ? JSON.stringify(json(v, verdicts)) + "\n" : print(v, verdicts));
  const code = verdicts.map((v) => exitCode(v.error)).find((c) => c !== 0) ?? 0;
  if (code !== 0 || command.anyChain || verdicts.every((v) => v.trusted)) return code;
  process.stderr.write("nothing says that this is your chain: give --genesis or --trust, or be content with --any-chain\n");
  return 1;
}

/** judge verifies what there is at a path. */
async function judge(path: string, anchor: Anchor, machine: Machine): Promise<Verdict> {
  try {
    if (isDirectory(path)) return await verifyDirectory(nodeDirectory(path), anchor, machine);
    return await verify(nodeFile(path), anchor, machine);
  } catch (error) {
    return { name: path, kind: "E", trusted: false, error, checks: [], shown: undefined, outcome: undefined };
  }
}

function print(v: Verdict, all: readonly Verdict[]): string {
  const lines = [v.name, ""];
  for (const [name, value] of facts(v)) lines.push(`  ${name.padEnd(13)} ${value}`);
  for (const n of newer(v, all)) lines.push(`  ${"newer".padEnd(13)} ${n}`);
  if (v.outcome?.closing) {
    lines.push("", "  result");
    for (const r of results(v.outcome)) lines.push(`    ${r.question} / ${r.choice}: ${r.amount}`);
  }
  if (v.checks.length > 0) lines.push("");
  for (const c of v.checks) {
    const items = c.status === "passed" ? `${c.items}` : "";
    lines.push(`  ${c.id} ${c.name.padEnd(20)} ${c.status.padEnd(12)} ${items}${c.detail ? `${items && "  "}${c.detail}` : ""}`.trimEnd());
  }
  const { shows, doesNotShow } = meaning(v);
  if (shows.length > 0) lines.push("", "  It shows:", ...shows.map((s) => `  - ${s}`));
  if (doesNotShow.length > 0) lines.push("", "  It does not show:", ...doesNotShow.map((s) => `  - ${s}`));
  return [...lines, "", headline(v), ""].map(printable).join("\n") + "\n";
}

/** printable is a text without characters that a terminal obeys, which a file may
 * hold. */
function printable(s: string): string {
  return s.replace(/[\p{Cc}\p{Cf}]/gu, (c) => (c === "\n" ? "\n" : "\ufffd"));
}

function json(v: Verdict, all: readonly Verdict[]): object {
  const failed = v.checks.find((c) => c.status === "failed");
  return {
    file: v.name,
    verdict: v.error === undefined ? "accepted" : failed ? "refused" : "unknown",
    trusted: v.trusted,
    ...(failed ? { check: failed.id } : {}),
    ...(v.error === undefined ? {} : { error: message(v.error) }),
    exitCode: exitCode(v.error),
    facts: Object.fromEntries(facts(v)),
    newer: newer(v, all),
    ...(v.outcome?.closing ? { closing: v.outcome.closing } : {}),
    ...(v.shown?.record ? { vote: { nullifier: hex(v.shown.record.nullifier), position: Number(v.shown.document.vote?.position) } } : {}),
    checks: v.checks,
  };
}

if (isMainThread) {
  process.stdout.on("error", () => process.exit(1)); // whoever reads has gone
  main().then(
    (code) => (process.exitCode = code),
    (err) => {
      process.stderr.write(`${message(err)}\n`);
      process.exitCode = 1;
    },
  );
} else {
  serve();
}
