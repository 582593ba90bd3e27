// The lists and reads that explorers make, each with the fields that clients
// read and each checked against what this scenario knows to be true.
import {
  API, assert, bare, castVote, endElection, hasShape, isPage, newElection, newOrganiser, newWallets, openElection,
  plainCensus, refused, sdk,
} from '../harness.mjs';

const { AccountAPI, ChainAPI, ElectionAPI, ErrPageNotFound, FileAPI, VoteAPI } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const self = bare(organiser.wallet.address);
  const wallets = newWallets(3);
  const ids = [];
  for (let i = 0; i < 3; i++) ids.push(await openElection(organiser, newElection(plainCensus(wallets))));
  const votes = [];
  for (const wallet of wallets) votes.push(await castVote(wallet, ids[0], [1]));
  await endElection(organiser, ids[0]);
  await organiser.sendTokens({ to: (await newOrganiser()).wallet.address, amount: 7 });

  await elections(organiser, self, ids);
  await accounts(organiser, self);
  await voteList(ids[0], votes, wallets);
  await chain(self);
  await transactions(self, ids[0], votes);
  await blocks();
  await money(self, ids);
  await files();
}

async function elections(organiser, self, ids) {
  const mine = await ElectionAPI.list(API, { organizationId: self, limit: 2 });
  isPage(mine, { limit: 2 }, 'elections');
  assert.equal(mine.pagination.totalItems, 3, 'elections of this organisation');
  hasShape(
    mine.elections,
    [{ electionId: 'hash', organizationId: 'address', status: 'text', startDate: 'date', endDate: 'date', voteCount: 'count', finalResults: 'boolean', manuallyEnded: 'boolean', chainId: 'text' }],
    'elections',
  );
  const rest = await ElectionAPI.list(API, { organizationId: '0x' + self.toUpperCase(), limit: 2, page: 1 });
  isPage(rest, { limit: 2, page: 1 }, 'elections, second page');
  assert.deepEqual(
    [...mine.elections, ...rest.elections].map((election) => election.electionId),
    [...ids].reverse(),
    'newest first, each once',
  );
  const only = await ElectionAPI.list(API, { organizationId: self, status: 'RESULTS' });
  assert.deepEqual(only.elections.map((election) => election.electionId), [ids[0]], 'by status');
  assert.equal(only.elections[0].voteCount, 3, 'voteCount in a list');
  for (const [filter, want] of [[{ finalResults: true }, 1], [{ finalResults: false }, 2], [{ manuallyEnded: true }, 1], [{ electionId: ids[1] }, 1]]) {
    const some = await ElectionAPI.list(API, { organizationId: self, ...filter });
    assert.equal(some.pagination.totalItems, want, `elections by ${JSON.stringify(filter)}`);
  }
  const whole = await organiser.fetchElections({ organizationId: self, limit: 3 });
  assert.ok(whole.elections.every((election) => election.isValid), 'each listed election can be read');
  const any = await ElectionAPI.list(API, { page: 0, limit: 2 });
  isPage(any, { limit: 2 }, 'all elections');
  assert.equal(any.elections.length, 2, 'limit');
  await refused(ElectionAPI.list(API, { page: 99_999 }), ErrPageNotFound, /page not found/, 'a page too high');
}

async function accounts(organiser, self) {
  const list = await AccountAPI.list(API, { limit: 2 });
  isPage(list, { limit: 2 }, 'accounts');
  hasShape(list.accounts, [{ address: 'address', balance: 'count', nonce: 'count' }], 'accounts');
  hasShape(
    await AccountAPI.metadata(API, organiser.wallet.address),
    { version: 'text', languages: ['text'], name: 'map', description: 'map', newsFeed: 'map', meta: 'map' },
    'account metadata',
  );
  const account = await AccountAPI.info(API, self);
  hasShape(
    account,
    { address: 'address', nonce: 'count', balance: 'count', electionIndex: 'count', infoURL: 'uri', sik: 'hexOrEmpty', transfersCount: 'count', feesCount: 'count', metadata: 'map' },
    'account',
  );
  assert.equal(account.electionIndex, 3, 'electionIndex');
}

async function voteList(id, votes, wallets) {
  const list = await VoteAPI.list(API, { electionId: id, limit: 2 });
  isPage(list, { limit: 2 }, 'votes');
  assert.equal(list.pagination.totalItems, 3, 'votes of this election');
  hasShape(
    list.votes,
    [{ txHash: 'hash', voteID: 'hash', electionID: 'hash', voterID: 'address', blockHeight: 'count', transactionIndex: 'count', blockTime: 'date' }],
    'votes',
  );
  const last = await VoteAPI.list(API, { electionId: id, limit: 2, page: 1 });
  const all = [...list.votes, ...last.votes];
  assert.deepEqual(all.map((vote) => vote.voteID).sort(), [...votes].sort(), 'each vote once');
  assert.deepEqual(all.map((vote) => vote.voterID).sort(), wallets.map((wallet) => bare(wallet.address)).sort(), 'voters');
}

async function chain(self) {
  const info = await ChainAPI.info(API);
  hasShape(
    info,
    {
      chainId: 'text', blockTime: ['number'], electionCount: 'count', organizationCount: 'count', genesisTime: 'date',
      initialHeight: 'count', height: 'count', blockStoreBase: 'count', syncing: 'boolean', blockTimestamp: 'count',
      transactionCount: 'count', validatorCount: 'count', voteCount: 'count', circuitVersion: 'string',
      maxCensusSize: 'count', networkCapacity: 'count',
    },
    'chain info',
  );
  assert.ok(info.electionCount >= 3 && info.voteCount >= 3 && info.validatorCount >= 1, JSON.stringify(info));
  hasShape(
    await ChainAPI.costs(API),
    { basePrice: 'count', capacity: 'count', factors: { k1: 'number', k2: 'number', k3: 'number', k4: 'number', k5: 'number', k6: 'number', k7: 'number' } },
    'price factors',
  );
  const { costs } = await ChainAPI.txCosts(API);
  for (const kind of ['AddDelegateForAccount', 'CollectFaucet', 'CreateAccount', 'DelDelegateForAccount', 'NewProcess', 'SendTokens', 'SetAccountInfoURI', 'SetAccountValidator', 'SetProcessCensus', 'SetProcessDuration', 'SetProcessStatus']) {
    hasShape(costs[kind], 'count', `cost of ${kind}`);
  }
  const organisations = await ChainAPI.organizationList(API, { organizationId: self, limit: 2 });
  isPage(organisations, { limit: 2 }, 'organizations');
  hasShape(organisations.organizations, [{ organizationID: 'address', electionCount: 'count' }], 'organizations');
  assert.deepEqual(organisations.organizations, [{ organizationID: self, electionCount: 3 }], 'this organisation');
  const { validators } = await ChainAPI.validatorsList(API);
  hasShape(
    validators,
    [{ power: 'count', pubKey: 'hex', address: 'hexOrEmpty', name: 'string', validatorAddress: 'address', joinHeight: 'count', votes: 'count', proposals: 'count', score: 'count' }],
    'validators',
  );
}

async function transactions(self, id, votes) {
  const list = await ChainAPI.txList(API, { limit: 3 });
  isPage(list, { limit: 3 }, 'transactions');
  const reference = { hash: 'hash', height: 'count', index: 'count', type: 'text', subtype: 'string', signer: 'address' };
  hasShape(list.transactions, [reference], 'transactions');
  const cast = await ChainAPI.txList(API, { type: 'vote', limit: 1 });
  hasShape(cast.transactions, [reference], 'transactions of votes');
  assert.equal(cast.transactions[0].type, 'vote', 'type');
  const made = await ChainAPI.txList(API, { signer: self, type: 'newProcess' });
  assert.equal(made.pagination.totalItems, 3, 'newProcess transactions of this organisation');

  const { txHash, blockHeight, transactionIndex } = await VoteAPI.info(API, votes[0]);
  const vote = await ChainAPI.txInfo(API, txHash);
  hasShape(
    vote,
    {
      signature: 'hex', txInfo: reference,
      tx: { vote: { nonce: 'hex', processId: 'hash', votePackage: 'hex', proof: { arbo: { type: 'text', siblings: 'hexOrEmpty', availableWeight: 'hex', keyType: 'text' } } } },
    },
    'a vote transaction',
  );
  assert.equal(vote.tx.vote.processId, id, 'processId');
  assert.deepEqual([vote.txInfo.height, vote.txInfo.index], [blockHeight, transactionIndex], 'where it is');
  const creation = await ChainAPI.txInfo(API, made.transactions.at(-1).hash);
  hasShape(
    creation.tx,
    {
      newProcess: {
        txtype: 'text', nonce: 'count',
        process: {
          processId: 'hash', entityId: 'address', censusRoot: 'hash', censusURI: 'uri', status: 'text', startTime: 'count',
          duration: 'count', maxCensusSize: 'decimal', metadata: 'uri', censusOrigin: 'text',
          envelopeType: 'map', mode: 'map', voteOptions: 'map',
        },
      },
    },
    'an election transaction',
  );
  for (const [type, field] of [['setAccount', 'setAccount'], ['setProcess', 'setProcess'], ['sendTokens', 'sendTokens']]) {
    const some = await ChainAPI.txList(API, { type, signer: self, limit: 1 });
    const one = await ChainAPI.txInfo(API, some.transactions[0].hash);
    hasShape(one, { tx: { [field]: { txtype: 'text', nonce: 'count' } }, txInfo: reference, signature: 'hex' }, type);
  }
}

async function blocks() {
  const list = await ChainAPI.blocksList(API, { limit: 3 });
  isPage(list, {}, 'blocks');
  hasShape(
    list.blocks,
    [{ chainId: 'text', height: 'count', time: 'date', hash: 'hash', proposer: 'address', lastBlockHash: 'hash', txCount: 'count' }],
    'blocks',
  );
  const [newer, older] = list.blocks;
  assert.equal(newer.height, older.height + 1, 'newest first');
  assert.equal(newer.lastBlockHash, older.hash, 'blocks name the block before');
  const shape = {
    hash: 'hash', txCount: 'count',
    header: {
      chainId: 'text', height: 'count', time: 'date', appHash: 'string', consensusHash: 'string', dataHash: 'string', evidenceHash: 'string',
      lastBlockId: { hash: 'text', parts: { total: 'count', hash: 'string' } }, lastCommitHash: 'string', lastResultsHash: 'string',
      nextValidatorsHash: 'string', proposerAddress: 'text', validatorsHash: 'string',
    },
  };
  const byHeight = await ChainAPI.blockInfoHeight(API, older.height);
  hasShape(byHeight, shape, 'a block by height');
  assert.equal(byHeight.hash, older.hash, 'hash of a block by height');
  assert.deepEqual(await ChainAPI.blockInfoHash(API, older.hash), byHeight, 'a block by hash');

  const now = await ChainAPI.dateToBlock(API, Math.floor(Date.now() / 1000));
  assert.ok(now.height >= older.height, 'dateToBlock of now');
  const then = await ChainAPI.blockToDate(API, older.height);
  hasShape(then, { date: 'date' }, 'blockToDate');
  assert.ok(Math.abs(Date.parse(then.date) - Date.parse(older.time)) < 1000, `blockToDate: ${then.date}, block says ${older.time}`);
}

async function money(self, ids) {
  const fees = await ChainAPI.feesList(API, { accountId: self, limit: 50 });
  isPage(fees, { limit: 50 }, 'fees');
  hasShape(
    fees.fees,
    [{ cost: 'count', from: 'address', height: 'count', reference: 'hexOrEmpty', timestamp: 'date', txType: 'text' }],
    'fees',
  );
  assert.ok(fees.fees.every((fee) => fee.from === self), 'fees of this organisation alone');
  const paid = fees.fees.filter((fee) => fee.txType === 'new_process').map((fee) => fee.reference);
  assert.deepEqual(paid.sort(), [...ids].sort(), 'a fee for each election');
  const transfers = await ChainAPI.transfers(API, { accountId: self, limit: 50 });
  isPage(transfers, { limit: 50 }, 'transfers');
  hasShape(
    transfers.transfers,
    [{ amount: 'count', from: 'address', to: 'address', height: 'count', txHash: 'hash', timestamp: 'date' }],
    'transfers',
  );
  assert.equal(transfers.transfers.filter((move) => move.from === self && move.amount === 7).length, 1, 'the transfer that was made');
}

async function files() {
  const { cid } = await FileAPI.cid(API, Buffer.from('{"a":1}').toString('base64'));
  assert.equal(cid, 'ipfs://bafybeiaviujuxqkkrdn55hizozn6iprfbjzatduuindxfamqbbozdwjrji', 'content id of a small file');
}
