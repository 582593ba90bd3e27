// Starts `urnad dev`, runs every scenario against it, each in a process of its
// own, has the auditor replay the chain that they made, and stops it again. The
// exit code says whether all passed.
//
//   node run.mjs [scenario ...]
//
//   URNAD     the program to start; default ../../bin/urnad
//   AUDITOR   the auditor; default ../../bin/urna-audit
//   API_URL   use a gateway that runs already instead of starting one
//   JOBS      scenarios at a time; default 4
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { checkPristine } from './pristine.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const urnad = process.env.URNAD ?? path.join(here, '../../bin/urnad');
const auditor = process.env.AUDITOR ?? path.join(here, '../../bin/urna-audit');
const jobs = Number(process.env.JOBS ?? 4);
const scenarioLimitMs = 5 * 60_000;
const startLimitMs = 60_000;

const all = fs.readdirSync(path.join(here, 'scenarios')).map((file) => path.basename(file, '.mjs')).sort();
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length) {
  console.error(`no scenario ${unknown.join(', ')}; there are ${all.join(', ')}`);
  process.exit(2);
}
// The one that waits for the clock goes first, the others run beside it.
const longest = '12-scheduled';
const names = (asked.length ? asked : all).sort((a, b) => (b === longest) - (a === longest));

console.log(`${checkPristine()} client files are byte for byte as published`);
const gateway = process.env.API_URL ? null : await startGateway();
const env = { ...process.env, API_URL: process.env.API_URL ?? gateway.url };
const results = [];
try {
  const queue = [...names];
  await Promise.all(
    Array.from({ length: jobs }, async () => {
      for (let name; (name = queue.shift()); ) results.push(await run(name));
    }),
  );
  results.push(await step('audit', auditor, ['replay', '--gateway', env.API_URL]));
} finally {
  await gateway?.stop();
}
const failed = results.filter((result) => !result.ok);
console.log(`${results.length - failed.length} of ${results.length} scenarios and audits passed`);
if (gateway) {
  if (gateway.died) console.log('FAIL urnad ended on its own');
  if (failed.length || gateway.died) console.log(`log of urnad: ${gateway.log}`);
  else fs.rmSync(gateway.dir, { recursive: true });
}
process.exit(failed.length || gateway?.died ? 1 : 0);

/** Runs a scenario to its end and prints how it went. */
function run(name) {
  return step(name, process.execPath, [path.join(here, 'scenario.mjs'), name]);
}

/** Runs a program to its end and prints how it went. */
function step(name, program, args) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.on('error', (err) => (output += `${err}\n`));
    child.stdout.on('data', (text) => (output += text));
    child.stderr.on('data', (text) => (output += text));
    const timer = setTimeout(() => {
      output += `\nstopped after ${scenarioLimitMs / 1000} s`;
      child.kill('SIGKILL');
    }, scenarioLimitMs);
    child.on('close', (code) => {
      clearTimeout(timer);
      const ok = code === 0;
      console.log(`${ok ? 'PASS' : 'FAIL'} ${name} (${((performance.now() - started) / 1000).toFixed(1)} s)`);
      if (!ok) console.log(output.trim().replace(/^/gm, '     '));
      resolve({ name, ok });
    });
  });
}

/** Starts the daemon on a free port with a home of its own. */
async function startGateway() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'urna-conformance-'));
  const port = await freePort();
  const log = path.join(dir, 'urnad.log');
  const out = fs.openSync(log, 'w');
  const child = spawn(urnad, ['dev', '--home', path.join(dir, 'home'), '--listen', `127.0.0.1:${port}`, '--block-time', '1s'], {
    stdio: ['ignore', out, out],
  });
  const gateway = { dir, log, url: `http://127.0.0.1:${port}/v2`, died: false };
  const ended = new Promise((resolve) => child.on('close', resolve));
  child.on('error', (err) => fs.writeSync(out, `${err}\n`));
  child.on('close', () => (gateway.died = !gateway.stopping));
  gateway.stop = async () => {
    gateway.stopping = true;
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => gateway.stop().then(() => process.exit(1)));
  const deadline = performance.now() + startLimitMs;
  for (;;) {
    try {
      const answer = await fetch(gateway.url + '/chain/info');
      if (answer.ok && (await answer.json()).height > 0) return gateway;
    } catch {
      // not listening yet
    }
    if (gateway.died || performance.now() > deadline) {
      console.log(`FAIL urnad dev did not answer\n${fs.readFileSync(log, 'utf8').slice(-4000)}`);
      await gateway.stop();
      process.exit(1);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
