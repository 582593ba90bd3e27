import assert from "node:assert/strict";
import { test } from "node:test";
import { type Done, type Task, carryOut, pool } from "../src/pool.ts";
import { fromHex, random, readJSON } from "./repo.ts";

interface Golden {
  chain: string;
  raw: string;
}

const vote = readJSON<Golden>("tx/testdata/vote.json");
const raw = fromHex(vote.raw);
const yieldNow = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const quiet = (): void => undefined;

test("results come in their order, whoever is ready first", async () => {
  const next = random(8);
  let [hired, busy, most] = [0, 0, 0];
  const hire = (done: (d: Done) => void) => {
    hired++;
    return {
      post(t: Task): void {
        most = Math.max(most, ++busy);
        void (async () => {
          for (let n = Math.floor(next() * 5); n > 0; n--) await yieldNow();
          busy--;
          done(carryOut(t));
        })();
      },
    };
  };
  const machine = pool(3, hire, yieldNow, quiet);
  const txs = Array.from({ length: 200 }, (_, i) => (i % 7 === 0 ? raw.subarray(0, i) : raw));
  const found = await machine.verify(vote.chain, txs);
  assert.deepEqual(found.map((f) => "failed" in f), txs.map((_, i) => i % 7 === 0));
  assert.equal(hired, 3);
  assert.ok(most <= 3);
  assert.deepEqual(await machine.verify(vote.chain, []), []);
});

test("signatures that are nobody's have no key", async () => {
  const machine = pool(2, (done) => ({ post: (t) => done(carryOut(t)) }), yieldNow, quiet);
  const none = { hash: new Uint8Array(32), signature: new Uint8Array(65) };
  assert.deepEqual(await machine.keysOf([none]), [undefined]);
  assert.deepEqual(await machine.keysOf(new Array(100).fill(none)), new Array(100).fill(undefined));
});

test("a worker that fails or breaks ends the verification, and is no verdict", async () => {
  const failing = pool(1, (done) => ({ post: (t) => done({ id: t.id, error: "no memory" }) }), yieldNow, quiet);
  await assert.rejects(failing.verify(vote.chain, [raw]), /no memory/);
  const broken = pool(1, (_, broken) => ({ post: () => broken("gone") }), yieldNow, quiet);
  await assert.rejects(broken.verify(vote.chain, [raw, raw]), /gone/);
});

test("a worker answers to bytes it cannot read with the check that fails", () => {
  const done = carryOut({ id: 3, work: { chainId: vote.chain, txs: [new Uint8Array(1)] } });
  assert.equal(done.id, 3);
  assert.equal(done.found?.length, 1);
  assert.equal(done.error, undefined);
});
