import assert from "node:assert/strict";
import { test } from "node:test";
import { hex, utf8 } from "../src/bytes.ts";
import { Failure } from "../src/report.ts";
import { verifyTx } from "../src/tx.ts";
import { fromHex, random, readJSON } from "./repo.ts";

interface Golden {
  chain: string;
  raw: string;
  signer: string;
  vote?: { nullifier: string; root: string; weight: string; values: number[] };
}

const names = ["vote", "new_process", "set_process_status", "set_process_census", "set_process_duration"] as const;
const golden = names.map((name) => ({ name, ...readJSON<Golden>(`tx/testdata/${name}.json`) }));

test("golden transactions say what they say, and their signers signed them", () => {
  for (const g of golden) {
    const t = verifyTx(g.chain, fromHex(g.raw));
    assert.equal(hex(t.signer), g.signer, g.name);
    if (!g.vote) continue;
    const v = t.vote ?? assert.fail();
    assert.deepEqual(
      { nullifier: hex(v.nullifier), root: hex(v.root), weight: String(v.weight), values: v.values },
      g.vote,
    );
  }
});

test("a signature for another chain is somebody else's", () => {
  for (const g of golden) {
    if (g.name === "new_process") continue; // its faucet package names the chain
    assert.notEqual(hex(verifyTx("another", fromHex(g.raw)).signer), g.signer);
  }
  const created = golden.find((g) => g.name === "new_process") ?? assert.fail();
  assert.throws(() => verifyTx("another", fromHex(created.raw)), (err) => err instanceof Failure && err.check === "V13");
});

test("transactions about something else are read, and nothing is kept of them", () => {
  const others = [
    "send_tokens", "create_account", "collect_faucet", "set_account_validator", "set_account_info_uri", "add_delegate_for_account",
    "del_delegate_for_account",
  ];
  for (const name of others) {
    const g = readJSON<Golden>(`tx/testdata/${name}.json`);
    const t = verifyTx(g.chain, fromHex(g.raw));
    assert.equal(t.payload.kind, "other", name);
    assert.equal(hex(t.signer), g.signer, name);
  }
});

test("no changed byte leaves signer and meaning as they were", () => {
  const next = random(2);
  for (const g of golden) {
    const raw = fromHex(g.raw);
    const body = raw.length - 67; // the signature comes last
    for (let i = 0; i < 150; i++) {
      const b = raw.slice();
      const at = Math.floor(next() * body);
      b[at] = (b[at] as number) ^ (1 << Math.floor(next() * 8));
      try {
        assert.notEqual(hex(verifyTx(g.chain, b).signer), g.signer, `${g.name}, byte ${at}`);
      } catch (err) {
        if (!(err instanceof Failure)) throw err;
      }
    }
  }
});

test("what is for elections with an issuer is not about a plain one", () => {
  const cases = {
    "new_process.issuer": "V03",
    "new_process.blind_issuer": "V03",
    "set_process_census.issuer": "V03",
    "set_process_census.issued": "V03",
    "vote.issuer": "V16",
    "vote.credential": "V16",
  };
  for (const [name, check] of Object.entries(cases)) {
    const g = readJSON<Golden>(`tx/testdata/${name}.json`);
    assert.throws(() => verifyTx(g.chain, fromHex(g.raw)), (err) => err instanceof Failure && err.check === check, name);
  }
});

interface Recorded {
  scenario: string;
  chain: string;
  raw: string;
  refused?: string;
  signer?: string;
  vote?: string;
  election?: string;
}

test("what the public client sent is understood", () => {
  let votes = 0;
  for (const r of readJSON<Recorded[]>("tx/testdata/recorded.json")) {
    const raw = new Uint8Array(Buffer.from(r.raw, "base64"));
    const issuer = /-csp-/.test(r.scenario) && (r.vote ?? r.election) !== undefined;
    if (r.refused !== undefined || issuer) {
      assert.throws(() => verifyTx(r.chain, raw), Failure, r.scenario);
      continue;
    }
    if (!r.vote && !r.election) continue; // faucet packages of another network
    const t = verifyTx(r.chain, raw);
    if (r.signer) assert.equal(hex(t.signer), r.signer);
    if (r.vote === undefined) continue;
    assert.equal(hex(t.vote?.nullifier ?? utf8("")), r.vote, r.scenario);
    votes++;
  }
  assert.ok(votes > 0);
});

test("what the tables do not allow is not canonical", () => {
  const v = golden.find((g) => g.name === "vote") ?? assert.fail();
  const raw = fromHex(v.raw);
  const spoil = (at: number, ...bytes: number[]): Uint8Array => Uint8Array.of(...raw.subarray(0, at), ...bytes, ...raw.subarray(at));
  const cases = [
    new Uint8Array(0),
    new Uint8Array(102_401),
    raw.subarray(0, -1),
    spoil(raw.length, 0),
    spoil(raw.length, 0x18, 0x01), // an unknown field
    spoil(0, 0x12, 0x00), // the signature first
    raw.subarray(raw.length - 67), // no body
  ];
  for (const c of cases) assert.throws(() => verifyTx(v.chain, c), (err) => err instanceof Failure && err.check === "V13");
});
