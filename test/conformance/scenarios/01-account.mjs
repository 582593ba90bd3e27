// An account is created with metadata and an identity key, paid by the faucet,
// and changed.
import { API, assert, bare, newClient, refused, sdk, Wallet } from '../harness.mjs';

const { Account, AccountAPI, AnonymousService, ChainAPI, ErrVochainReturnedErrorCode } = sdk;

export default async function () {
  const client = newClient();
  const costs = (await ChainAPI.txCosts(API)).costs;
  const metadata = {
    languages: ['en'],
    name: { default: 'Conformance organisation' },
    description: { default: 'an organisation with everything set' },
    feed: { default: 'https://example.org/feed' },
    avatar: 'https://example.org/avatar.png',
    header: 'https://example.org/header.png',
    logo: 'https://example.org/logo.png',
    meta: [{ key: 'colour', value: { red: 1 } }],
  };
  const created = await client.createAccount({ account: Account.build(metadata) });
  assert.equal(created.address, bare(client.wallet.address), 'address');
  assert.equal(created.nonce, 0, 'nonce');
  assert.equal(created.electionIndex, 0, 'electionIndex');
  assert.ok(created.balance > 0, 'balance');
  assert.equal(created.transfersCount, 1, 'transfersCount: the faucet paid once');
  assert.match(created.infoURL, /^ipfs:\/\//, 'infoURL');
  assert.deepEqual(created.account.languages, metadata.languages, 'languages');
  assert.deepEqual(created.account.name, metadata.name, 'name');
  assert.deepEqual(created.account.description, metadata.description, 'description');
  assert.deepEqual(created.account.feed, metadata.feed, 'feed');
  assert.equal(created.account.avatar, metadata.avatar, 'avatar');
  assert.equal(created.account.header, metadata.header, 'header');
  assert.equal(created.account.logo, metadata.logo, 'logo');
  assert.deepEqual(created.account.meta, metadata.meta, 'meta');

  const signature = await client.anonymousService.signSIKPayload(client.wallet);
  assert.equal(created.sik, identityKey(await AnonymousService.calcSik(client.wallet.address, signature)), 'identity key');

  const again = await client.createAccount({ account: Account.build({ name: 'Somebody else' }) });
  assert.deepEqual(again.account.name, metadata.name, 'creating an existing account changes nothing');

  const renamed = Account.build({ languages: ['en'], name: 'Renamed', description: 'another text' });
  const updated = await client.updateAccountInfo(renamed);
  assert.equal(updated.nonce, 1, 'nonce after the change');
  assert.deepEqual(updated.account.name, { default: 'Renamed' }, 'name after the change');
  assert.deepEqual(updated.account.description, { default: 'another text' }, 'description after the change');
  assert.notEqual(updated.infoURL, created.infoURL, 'infoURL after the change');
  assert.equal(updated.balance, created.balance - costs.SetAccountInfoURI, 'balance after the change');
  assert.deepEqual((await AccountAPI.metadata(API, client.wallet.address)).name, { default: 'Renamed' }, 'metadata alone');

  await refused(client.updateAccountInfo(renamed), ErrVochainReturnedErrorCode, /invalid URI, must be different/, 'the same URI again');
  assert.equal((await client.fetchAccount()).nonce, 1, 'a refused change leaves the nonce');

  // The SDK writes an identity key without leading zeros: one in 256 is short,
  // as is the one of this wallet.
  const short = newClient(new Wallet('0x' + '24'.padStart(64, '0')));
  const made = await short.createAccount();
  assert.equal(made.sik, 'f959e8c1da2b43a932d9469c1cd8a51361df385a409a44ce9c243cdc0ee48400', 'a short identity key');
}

/** The identity key as the chain keeps it: 32 bytes, little-endian. */
const identityKey = (sik) => sik.padEnd(64, '0');
