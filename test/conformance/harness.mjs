// What every scenario needs: clients, wallets, elections, and ways to say what
// must be true. Nothing here changes the SDK; it is used as an application
// would use it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Account, Election, EnvOptions, PlainCensus, VocdoniSDKClient, Vote } from '@vocdoni/sdk';
import * as sdk from '@vocdoni/sdk';
import { Wallet } from '@ethersproject/wallet';

export { assert, sdk, Wallet };

/** The root of the gateway's API, for the SDK's static API classes. */
export const API = process.env.API_URL ?? 'http://127.0.0.1:9090/v2';

const blockMs = Number(process.env.BLOCK_MS ?? 1000);

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A client with a wallet of its own. */
export const newClient = (wallet = newWallet()) =>
  new VocdoniSDKClient({
    env: EnvOptions.DEV,
    api_url: API,
    faucet: { url: API },
    wallet,
    tx_wait: { retry_time: Math.max(200, blockMs / 4), attempts: 120 },
    census: { async: true, wait_time: 200 },
  });

/** A random key. Wallet.createRandom derives one from a mnemonic, which is slow. */
export const newWallet = () => new Wallet(randomBytes(32));
export const newWallets = (n) => Array.from({ length: n }, () => newWallet());

/** An address as the API writes it. */
export const bare = (hex) => hex.toLowerCase().replace(/^0x/, '');

/** A client whose account exists and is paid for by the faucet. */
export async function newOrganiser(name = 'Conformance organisation') {
  const client = newClient();
  await client.createAccount({ account: Account.build({ languages: ['en'], name, description: 'made by a scenario' }) });
  return client;
}

export function plainCensus(wallets) {
  const census = new PlainCensus();
  for (const wallet of wallets) census.add(wallet.address);
  return census;
}

/** A one-question election that is open for an hour. */
export function newElection(census, parameters = {}) {
  const election = Election.from({
    title: 'Conformance election',
    description: 'made by a scenario',
    header: 'https://example.org/header.png',
    streamUri: 'https://example.org/stream.mp4',
    endDate: Date.now() + 3600_000,
    census,
    ...parameters,
  });
  election.addQuestion("Ain't this question awesome?", 'a question', [
    { title: 'Yes', value: 0 },
    { title: 'No', value: 1 },
  ]);
  return election;
}

/** Creates an election and waits until votes are taken. */
export async function openElection(organiser, election) {
  const id = await organiser.createElection(election);
  assert.match(id, /^[0-9a-f]{64}$/, 'election id');
  await chainTime((await organiser.fetchElection(id)).startDate);
  return id;
}

/** Casts a vote with a client of its own and returns the vote's id. */
export function castVote(wallet, electionId, choices) {
  const client = newClient(wallet);
  client.setElectionId(electionId);
  return client.submitVote(new Vote(choices));
}

/** Ends an election; a mined answer must already show its result. */
export async function endElection(organiser, id) {
  await organiser.endElection(id);
  const election = await organiser.fetchElection(id);
  assert.equal(election.status, 'RESULTS', 'status right after the end');
  assert.equal(election.finalResults, true, 'finalResults');
  assert.equal(election.manuallyEnded, true, 'manuallyEnded');
  return election;
}

/** Waits until the last block is as late as date. */
export const chainTime = (date, ms = 30_000) =>
  until(
    async () => (await sdk.ChainAPI.info(API)).blockTimestamp * 1000 >= date.getTime(),
    `block time ${date.toISOString()}`,
    ms,
  );

/** Polls until probe returns something true. Errors of the probe are failures. */
export async function until(probe, what, ms = 30_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    const value = await probe();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await pause(250);
  }
}

/** The promise must fail with one of the SDK's error classes, and its text match. */
export async function refused(promise, errorClass, text, what) {
  let value;
  try {
    value = await promise;
  } catch (err) {
    assert.ok(
      err instanceof errorClass,
      `${what}: want ${errorClass.name}, got ${err?.constructor?.name}: ${err?.message ?? err}`,
    );
    assert.match(err.message, text, what);
    return err.message;
  }
  assert.fail(`${what}: want ${errorClass.name}, got an answer: ${JSON.stringify(value)}`);
}

const kinds = {
  address: (v) => /^[0-9a-f]{40}$/.test(v),
  hash: (v) => /^[0-9a-f]{64}$/.test(v),
  hex: (v) => typeof v === 'string' && /^([0-9a-f]{2})+$/.test(v),
  hexOrEmpty: (v) => typeof v === 'string' && /^([0-9a-f]{2})*$/.test(v),
  decimal: (v) => typeof v === 'string' && /^(0|[1-9][0-9]*)$/.test(v),
  count: (v) => Number.isSafeInteger(v) && v >= 0,
  number: (v) => typeof v === 'number' && Number.isFinite(v),
  boolean: (v) => typeof v === 'boolean',
  string: (v) => typeof v === 'string',
  text: (v) => typeof v === 'string' && v.length > 0,
  date: (v) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(v) && !Number.isNaN(Date.parse(v)),
  uri: (v) => /^ipfs:\/\/[a-z0-9]{46,}$/.test(v),
  map: (v) => v !== null && typeof v === 'object' && !Array.isArray(v),
  list: (v) => Array.isArray(v),
  pageOrNull: (v) => v === null || (Number.isSafeInteger(v) && v >= 0),
};

/**
 * Every field of shape must be in value and of its kind: a name above, a shape
 * for an object, or a one-element array for a list that must not be empty.
 */
export function hasShape(value, shape, where) {
  if (typeof shape === 'string') {
    assert.ok(kinds[shape](value), `${where}: want ${shape}, got ${JSON.stringify(value)}`);
    return;
  }
  if (Array.isArray(shape)) {
    assert.ok(Array.isArray(value) && value.length > 0, `${where}: want a list with entries, got ${JSON.stringify(value)}`);
    value.forEach((entry, i) => hasShape(entry, shape[0], `${where}[${i}]`));
    return;
  }
  assert.ok(kinds.map(value), `${where}: want an object, got ${JSON.stringify(value)}`);
  for (const [field, inner] of Object.entries(shape)) {
    assert.ok(field in value, `${where}.${field} is missing; there is ${Object.keys(value)}`);
    hasShape(value[field], inner, `${where}.${field}`);
  }
}

/** Checks a list's pagination against itself and against what was asked. */
export function isPage(answer, { page = 0, limit } = {}, where = 'list') {
  hasShape(
    answer.pagination,
    { totalItems: 'count', previousPage: 'pageOrNull', currentPage: 'count', nextPage: 'pageOrNull', lastPage: 'count' },
    `${where}.pagination`,
  );
  const { totalItems, previousPage, currentPage, nextPage, lastPage } = answer.pagination;
  assert.equal(currentPage, page, `${where}: current page`);
  assert.equal(previousPage, page === 0 ? null : page - 1, `${where}: previous page`);
  assert.equal(nextPage, page === lastPage ? null : page + 1, `${where}: next page`);
  if (limit) assert.equal(lastPage, Math.max(0, Math.ceil(totalItems / limit) - 1), `${where}: last page`);
}
