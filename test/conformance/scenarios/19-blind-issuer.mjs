// A browser gets a blind credential and votes with it: Cloudflare's RFC 9474
// library against the real issuer and the real chain. Nothing here is ours but
// the bytes of the vote, which are written by hand after docs/spec/wire.md.
import { execFile, spawn } from 'node:child_process';
import { createHash, webcrypto } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RSABSSA } from '@cloudflare/blindrsa-ts';
import { keccak256 } from '@ethersproject/keccak256';
import { API, assert, bare, chainTime, newWallet, until } from '../harness.mjs';

const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../../bin');
const suite = RSABSSA.SHA384.PSS.Deterministic();

export default async function () {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'urna-issuer-'));
  const env = { ...process.env, URNA_GATEWAY: API, HOME: dir, URNA_KEY_FILE: path.join(dir, 'club.key') };
  const run = async (program, ...args) => (await promisify(execFile)(path.join(bin, program), args, { env, cwd: dir })).stdout;
  const issuer = (...args) => run('urna-issuer', '--home', 'issuer', ...args);
  let service;
  try {
    await run('urna', 'key', 'new', '--plain', 'club.key');
    await run('urna', 'account', 'create', '--name', 'Club');
    await issuer('init', '--auth', 'code');
    const codes = (await issuer('codes', '3')).trim().split('\n');
    fs.writeFileSync(path.join(dir, 'codes.csv'), `${codes[0]},300\n${codes[1]},1\n${codes[2]},1\n`);
    fs.writeFileSync(path.join(dir, 'board.json'), await issuer('new', 'board', '--members', 'codes.csv', '--blind'));
    service = spawn(path.join(bin, 'urna-issuer'), ['--home', 'issuer', 'serve', '--listen', '127.0.0.1:0'], { env, cwd: dir });
    const [line] = await readline.createInterface({ input: service.stdout })[Symbol.asyncIterator]().next().then((r) => [r.value]);
    const url = line.replace('issuer at ', '');
    const created = await run(
      ...['urna', 'election', 'new', '--json', '--title', 'Board', '--choice', 'Ann,Bea', '--issuer', 'board.json'],
      ...['--census-uri', url, '--duration', '1h', '--start', '+20s'],
    );
    const id = JSON.parse(created).electionID;
    await issuer('bind', 'board', id);

    const election = await get(`/elections/${id}`);
    assert.equal(election.census.censusOrigin, 'OFF_CHAIN_CA_BLIND', 'origin');
    assert.deepEqual(election.weightClasses.map((c) => [c.weight, c.issued]), [['1', 0], ['300', 0]], 'classes');
    const credentials = [];
    for (const code of codes.slice(0, 2)) credentials.push(await obtain(url, election, code));
    await assert.rejects(obtain(url, election, codes[0]), /has a credential already/, 'a second one');

    fs.writeFileSync(path.join(dir, 'counts.json'), await issuer('shut', 'board'));
    await assert.rejects(obtain(url, election, codes[2]), /not handed out any more/, 'after the end');
    await run('urna', 'election', 'count', id, 'counts.json');
    assert.deepEqual((await get(`/elections/${id}`)).weightClasses.map((c) => c.issued), [1, 1], 'counts');

    await chainTime(new Date(election.startDate), 60_000);
    for (const [i, credential] of credentials.entries()) await cast(election, credential, i);
    // A credential is for the key that asked for it, and for nobody else.
    await assert.rejects(cast(election, { ...credentials[0], wallet: newWallet() }, 1), /has not signed/, "another's credential");
    await until(async () => (await get(`/elections/${id}`)).voteCount === 2, 'both votes');
    await run('urna', 'election', 'end', id);
    const final = await get(`/elections/${id}`);
    assert.deepEqual(final.result, [['300', '1']], 'result');
    assert.deepEqual(final.weightClasses.map((c) => c.voters), [1, 1], 'voters of the classes');
  } finally {
    service?.kill();
    fs.rmSync(dir, { recursive: true, force: true });
  }
}

async function get(where) {
  const answer = await fetch(API + where);
  assert.ok(answer.ok, where);
  return answer.json();
}

async function post(url, body) {
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const out = await answer.json();
  if (!answer.ok) throw new Error(out.error);
  return out;
}

/** What a page does to get a credential: docs/issuer.md. */
async function obtain(url, election, code) {
  const at = `${url}/auth/elections/${election.electionId}/rsa`;
  const may = await post(`${at}/code/0`, { authData: [code] });
  const modulus = Buffer.from(may.key, 'hex');
  const known = election.weightClasses.find((c) => c.weight === may.weight);
  assert.equal(createHash('sha256').update(modulus).digest('hex'), known.keyHash, "the issuer's key is the chain's");
  const key = await webcrypto.subtle.importKey(
    'jwk',
    { kty: 'RSA', alg: 'PS384', ext: true, n: modulus.toString('base64url'), e: 'AQAB' },
    { name: 'RSA-PSS', hash: 'SHA-384' },
    true,
    ['verify'],
  );
  const wallet = newWallet();
  const weight = Buffer.from(BigInt(may.weight).toString(16).padStart(64, '0'), 'hex');
  const chain = Buffer.from(election.chainId);
  const message = Buffer.concat([
    ...[Buffer.from('urna/credential/1'), Buffer.of(chain.length), chain, Buffer.from(election.electionId, 'hex')],
    ...[weight, Buffer.from(bare(wallet.address), 'hex')],
  ]);
  const prepared = suite.prepare(message);
  const { blindedMsg, inv } = await suite.blind(key, prepared);
  const answer = await post(`${at}/sign`, { token: may.token, payload: Buffer.from(blindedMsg).toString('hex') });
  const signature = await suite.finalize(key, prepared, Buffer.from(answer.signature, 'hex'), inv);
  assert.ok(await suite.verify(key, signature, prepared), 'the signature holds');
  return { wallet, weight: shortest(weight), modulus, signature: Buffer.from(signature) };
}

const shortest = (bytes) => bytes.subarray(bytes.findIndex((b) => b !== 0));

/** Signs and sends a vote with a credential. */
async function cast(election, { wallet, weight, modulus, signature }, choice) {
  const nonce = Buffer.from(webcrypto.getRandomValues(new Uint8Array(8))).toString('hex');
  const credential = Buffer.concat([field(1, weight), field(2, modulus), field(3, signature)]);
  const vote = Buffer.concat([
    field(1, webcrypto.getRandomValues(new Uint8Array(32))),
    field(2, Buffer.from(election.electionId, 'hex')),
    field(3, field(1000, credential)),
    field(4, Buffer.from(JSON.stringify({ nonce, votes: [choice] }))),
  ]);
  const body = field(1, vote);
  const text = `You are signing a Vocdoni transaction of type VOTE for process ID ${election.electionId}.\n\nThe hash of this transaction is ${bare(keccak256(body))} and the destination chain is ${election.chainId}.`;
  const signed = Buffer.concat([field(1, body), field(2, Buffer.from(bare(await wallet.signMessage(text)), 'hex'))]);
  return post(`${API}/votes`, { txPayload: signed.toString('base64') });
}

/** A field of bytes in a protobuf message. */
const field = (number, bytes) => Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);

function varint(n) {
  const out = [];
  for (; n > 127; n >>>= 7) out.push((n & 127) | 128);
  return Buffer.of(...out, n);
}
