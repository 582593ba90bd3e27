import assert from "node:assert/strict";
import { test } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1";
import { ics23, iavlSpec, verifyMembership, verifyNonMembership } from "@confio/ics23";
import { base64, concat, hex, utf8 } from "../src/bytes.ts";
import { NotCanonical, lengthBytes, uvarint } from "../src/codec.ts";
import { parseDocument } from "../src/document.ts";
import { sha256 } from "../src/hash.ts";
import { verifyAbsence, verifyExistence } from "../src/ics23.ts";
import { Failure } from "../src/report.ts";
import { parseCheckpoint, trustGenesis } from "../src/trust.ts";
import type { Verdict } from "../src/verify.ts";
import { Maker, above, unpack } from "./material.ts";
import { random } from "./repo.ts";
import * as vector from "./vectors.ts";

const { genesis, vectors } = vector.vectorsOf("archives.json");
const checkOf = vector.checkOf;
const judge = (b: Uint8Array, anchor: vector.Vector["anchor"] = { genesis }): Promise<Verdict> => vector.judge("document", b, anchor);
const archive = (name: string): Uint8Array => (vectors.find((v) => v.name === name) ?? assert.fail()).bytes;
const maker = async (name: string): Promise<Maker> => new Maker(await unpack(archive(name)));
const text = (b: Uint8Array): string => new TextDecoder().decode(b);

test("the proofs of archives are accepted as documents", async () => {
  for (const v of vectors.filter((v) => v.accepts)) {
    const m = await maker(v.name);
    assert.equal(checkOf(await judge(m.of([0, 1, 2, 3, 4]))), "accepted", v.name);
    for (let i = 0; i < 5; i++) assert.equal(checkOf(await judge(m.of([i]))), "accepted", v.name);
  }
});

test("every vote has a receipt, and nobody else's ballot fits it", async () => {
  for (const name of ["plain", "weighted", "questions", "budget", "moving"]) {
    const m = await maker(name);
    for (const [i, cast] of m.casts.entries()) {
      const v = await judge(m.receipt(i));
      if (v.error) throw v.error;
      assert.equal(hex(v.shown?.record?.nullifier ?? utf8("")), hex(cast.nullifier));
      const altered = text(m.receipt(i)).replace(base64(cast.vote.package), base64(utf8('{"votes":[0,0,0,0]}')));
      assert.equal(checkOf(await judge(utf8(altered))), "V14");
      const moved = text(m.receipt(i)).replace(`"position":${i}`, `"position":${i + 1}`);
      assert.equal(checkOf(await judge(utf8(moved))), "V46");
    }
  }
});

test("who has not voted is shown between neighbours, and nobody else", async () => {
  const m = await maker("weighted");
  const n = m.set.length;
  const low = new Uint8Array(32);
  const high = new Uint8Array(32).fill(255);
  assert.ok(n > 2);
  assert.equal(checkOf(await judge(m.absence(low, undefined, 0))), "accepted");
  assert.equal(checkOf(await judge(m.absence(high, n - 1, undefined))), "accepted");
  for (let i = 0; i + 1 < n; i++) {
    const between = above(m.set[i] as Uint8Array);
    assert.equal(checkOf(await judge(m.absence(between, i, i + 1))), "accepted");
    assert.equal(checkOf(await judge(m.absence(m.set[i] as Uint8Array, i, i + 1))), "V47");
    assert.equal(checkOf(await judge(m.absence(m.set[i + 1] as Uint8Array, i, i + 1))), "V47");
    if (i > 0) assert.equal(checkOf(await judge(m.absence(between, i - 1, i + 1))), "V47");
    assert.equal(checkOf(await judge(m.absence(between, i, undefined))), "V47");
    assert.equal(checkOf(await judge(m.absence(between, undefined, i + 1))), "V47");
  }
  assert.equal(checkOf(await judge(m.absence(low, undefined, undefined))), "V47");
  const empty = await maker("empty");
  assert.equal(checkOf(await judge(empty.absence(low, undefined, undefined))), "accepted");
});

test("documents have one form", async () => {
  const m = await maker("plain");
  const good = text(m.receipt(0));
  const forms = [
    good.slice(0, -1),
    good + "\n",
    " " + good,
    good.replace('"format":', ' "format":'),
    good.replace("urna-proof/1", "urna-proof/2"),
    good.replace('"trail":', '"trial":'),
    good.replace('"memo":""', '"memo":"","more":1'),
    good.replace('"position":0', '"position":0.0'),
    good.replace('"position":0', '"position":-0'),
    good.replace('"position":0', '"position":"0"'),
    good.replace('"position":0', '"position":9007199254740993'),
    good.replace('"memo":""', '"memo":null'),
    good.replace('"claims":[', '"claims":[],"claims":['),
    good.replace(/"claims":\[.*?\],"vote"/, '"claims":[],"vote"'),
    good.replace('"record":"', '"record":"='),
    good.replace('"hashes":["', '"hashes":["AA==","'),
    "{}",
    "{",
    "[]",
  ];
  for (const f of forms.slice(0, -1)) assert.equal(checkOf(await judge(utf8(f))), "V41", f.slice(0, 80));
  assert.equal(checkOf(await judge(utf8(good))), "accepted");
});

test("a document follows from its own genesis, or from the checkpoint with which its trail begins", async () => {
  const m = await maker("moving");
  const doc = m.document;
  assert.ok(doc.trail.length > 0);
  const stranger = base64(secp256k1.getPublicKey(new Uint8Array(32).fill(7), true));
  const one = JSON.parse(text(genesis)) as { validators: unknown[] };
  one.validators = [{ pub_key: { type: "tendermint/PubKeySecp256k1eth", value: stranger }, power: "10", name: "" }];
  assert.equal(checkOf(await judge(m.receipt(0), { genesis: utf8(JSON.stringify(one)) })), "V45");
  const renamed = utf8(text(genesis).replace(/"chain_id":\s*"[^"]*"/, '"chain_id":"another"'));
  assert.equal(checkOf(await judge(m.receipt(0), { genesis: renamed })), "V01");
  const { header } = doc.trail[0] ?? doc.signed;
  const right = parseCheckpoint(`${header.height}:${hex(header.hash)}`) ?? assert.fail();
  const v = await judge(m.receipt(0), { checkpoint: right });
  assert.equal(checkOf(v), "accepted");
  assert.ok(v.trusted);
  const wrong = parseCheckpoint(`${header.height}:${"00".repeat(32)}`) ?? assert.fail();
  assert.equal(checkOf(await judge(m.receipt(0), { checkpoint: wrong })), "V45");
  const later = parseCheckpoint(`${header.height + 1}:${hex(header.hash)}`) ?? assert.fail();
  assert.equal(checkOf(await judge(m.receipt(0), { checkpoint: later })), "V45");
  const nobody = await judge(m.receipt(0), {});
  assert.equal(checkOf(nobody), "accepted");
  assert.ok(!nobody.trusted);
});

test("a genesis that is none is not trusted", () => {
  assert.equal(trustGenesis(genesis).height, 0);
  const cases: [RegExp, string][] = [
    [/"chain_id":\s*"[^"]*"/, '"chain_id":""'],
    [/"chain_id":\s*"[^"]*"/, '"chain_id":"a\\"b"'],
    [/"initial_height":\s*"1"/, '"initial_height":"2"'],
    [/"power":\s*"\d+"/, '"power":"0"'],
    [/"power":\s*"\d+"/, '"power":"1152921504606846976"'],
    [/tendermint\/PubKeySecp256k1eth/, "tendermint/PubKeyEd25519"],
    [/"address":\s*"[0-9A-F]{40}"/, `"address":"${"0".repeat(40)}"`],
    [/"value":\s*"[^"]*"/, '"value":"AA=="'],
    [/"validators":/, '"voters":'],
    [/^\s*\{/, "["],
  ];
  for (const [what, by] of cases) {
    const doc = text(genesis).replace(what, by);
    assert.notEqual(doc, text(genesis), String(what));
    assert.throws(() => trustGenesis(utf8(doc)), (err) => err instanceof Failure && err.check === "V01", by);
  }
});

test("a checkpoint has one form", () => {
  const hash = "0f".repeat(32);
  assert.equal(parseCheckpoint(`12:${hash}`)?.height, 12);
  for (const bad of ["", "12", `0:${hash}`, `012:${hash}`, `-1:${hash}`, `12:${hash}0`, `12:${hash.slice(1)}`, `12: ${hash}`, `99999999999999999:${hash}`]) {
    assert.equal(parseCheckpoint(bad), undefined, bad);
  }
});

// The public package @confio/ics23 is the second opinion on proofs.
test("what is proved is proved for the public package, too", async () => {
  const next = random(7);
  const below = (n: number): number => Math.floor(next() * n);
  let [claims, mutants] = [0, 0];
  for (const v of vectors.filter((v) => v.accepts)) {
    const d = parseDocument((await unpack(v.bytes)).get("30-proofs.json") as Uint8Array);
    const root = d.signed.header.appHash;
    const opinion = (proof: Uint8Array, key: Uint8Array, value: Uint8Array): boolean => {
      try {
        return verifyMembership(ics23.CommitmentProof.decode(proof), iavlSpec, root, key, value);
      } catch {
        return false;
      }
    };
    const ours = (proof: Uint8Array, key: Uint8Array, value: Uint8Array): boolean => {
      try {
        return verifyExistence(proof, root, key, value);
      } catch (err) {
        if (!(err instanceof NotCanonical)) throw err;
        return false;
      }
    };
    for (const { key, value, proof } of d.claims) {
      assert.ok(value && ours(proof, key, value) && opinion(proof, key, value));
      claims++;
      for (let i = 0; i < 150; i++) {
        const b = proof.slice();
        b[below(b.length)] = below(256);
        const equalBytes = Buffer.compare(b, proof) === 0;
        assert.equal(ours(b, key, value), equalBytes);
        if (!opinion(b, key, value)) mutants++;
      }
    }
  }
  assert.ok(claims >= 25 && mutants > 0);
});

/** Leaf is a leaf of a tree of IAVL, with the way to its root. */
interface Leaf {
  key: Uint8Array;
  value: Uint8Array;
  leaf: object;
  path: { hash: number; prefix: Uint8Array; suffix: Uint8Array }[];
}

/** grow makes a tree of leaves, of the height that IAVL gives it, and returns its root
 * and height. */
function grow(leaves: Leaf[]): { root: Uint8Array; height: number } {
  const zigzag = (v: number): Uint8Array => uvarint(2 * v);
  const only = leaves.length === 1 ? leaves[0] : undefined;
  if (only) return { root: sha256(Uint8Array.of(0, 2, 2), lengthBytes(only.key), lengthBytes(sha256(only.value))), height: 0 };
  const half = Math.ceil(leaves.length / 2);
  const [left, right] = [grow(leaves.slice(0, half)), grow(leaves.slice(half))];
  const height = Math.max(left.height, right.height) + 1;
  const head = concat(zigzag(height), zigzag(leaves.length), zigzag(1), Uint8Array.of(32));
  leaves.forEach((l, i) => {
    if (i < half) l.path.push({ hash: 1, prefix: head, suffix: lengthBytes(right.root) });
    else l.path.push({ hash: 1, prefix: concat(head, left.root, Uint8Array.of(32)), suffix: new Uint8Array(0) });
  });
  return { root: sha256(head, left.root, lengthBytes(right.root)), height };
}

test("absence is shown by the leaves on both sides, and by nothing else", () => {
  for (let n = 1; n <= 11; n++) {
    const leaf = { hash: 1, prehashValue: 1, length: 1, prefix: Uint8Array.of(0, 2, 2) };
    const leaves: Leaf[] = Array.from({ length: n }, (_, i) => ({ key: Uint8Array.of(10 * i + 10), value: Uint8Array.of(i + 1), leaf, path: [] }));
    const { root } = grow(leaves);
    const encode = (p: object): Uint8Array => new Uint8Array(ics23.CommitmentProof.encode(ics23.CommitmentProof.fromObject(p)).finish());
    for (const l of leaves) assert.ok(verifyExistence(encode({ exist: l }), root, l.key, l.value));
    let shown = 0;
    for (let i = -1; i < n; i++) {
      for (let j = 0; j <= n; j++) {
        for (const key of [5, 10, 15, 55, 10 * n, 10 * n + 5].map((k) => Uint8Array.of(k))) {
          const [left, right] = [leaves[i], leaves[j]];
          const proof = encode({ nonexist: { key, ...(left ? { left } : {}), ...(right ? { right } : {}) } });
          const got = verifyAbsence(proof, root, key);
          const below = leaves.filter((l) => (l.key[0] as number) < (key[0] as number)).length;
          const there = leaves.some((l) => l.key[0] === key[0]);
          const between = !there && i === below - 1 && j === below;
          assert.equal(got, between, `${n} leaves, ${i} and ${j} around ${key[0]}`);
          assert.equal(got, opinionOfAbsence(proof, root, key));
          assert.ok(!verifyAbsence(proof, root, Uint8Array.of((key[0] as number) + 1)));
          if (got) shown++;
        }
      }
    }
    assert.ok(shown >= 3);
  }
});

function opinionOfAbsence(proof: Uint8Array, root: Uint8Array, key: Uint8Array): boolean {
  try {
    return verifyNonMembership(ics23.CommitmentProof.decode(proof), iavlSpec, root, key);
  } catch {
    return false;
  }
}
