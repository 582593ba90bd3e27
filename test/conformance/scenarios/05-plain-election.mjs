// An election from its price to its result: who may vote, live results, an
// overwrite, and everything that is refused.
import { keccak256 } from '@ethersproject/keccak256';
import {
  API, assert, bare, castVote, endElection, hasShape, newClient, newElection, newOrganiser, newWallets, openElection,
  plainCensus, refused, sdk,
} from '../harness.mjs';

const { CensusType, ElectionAPI, ErrElectionFinished, ErrKeyNotFoundInCensus, ErrVochainReturnedErrorCode, VoteAPI } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(6);
  const census = plainCensus(wallets);
  const election = newElection(census, { voteType: { maxVoteOverwrites: 1 }, meta: { test: 'hello' } });

  election.maxCensusSize = 6;
  const price = await organiser.calculateElectionCost(election);
  assert.ok(Number.isSafeInteger(price) && price > 0, `price ${price}`);
  const larger = newElection(census, { voteType: { maxVoteOverwrites: 1 } });
  larger.maxCensusSize = 50_000;
  assert.ok((await organiser.calculateElectionCost(larger)) > price, 'more voters cost more');
  assert.ok((await organiser.estimateElectionCost(election)) > 0, 'the estimate from the factors');

  election.census.type = CensusType.WEIGHTED;
  const expected = await organiser.electionService.nextElectionId(organiser.wallet.address, election);
  const before = await organiser.fetchAccount();
  const id = await openElection(organiser, election);
  assert.equal(id, expected, 'the id that was foretold');
  organiser.setElectionId(id);
  const paid = await organiser.fetchAccount();
  assert.equal(before.balance - paid.balance, price, 'the price that was foretold');
  assert.equal(paid.electionIndex, before.electionIndex + 1, 'electionIndex');
  assert.equal(paid.nonce, before.nonce + 1, 'nonce');

  const fresh = await organiser.fetchElection(id);
  assert.equal(fresh.title.default, 'Conformance election', 'title');
  assert.equal(fresh.description.default, 'made by a scenario', 'description');
  assert.equal(fresh.header, 'https://example.org/header.png', 'header');
  assert.equal(fresh.streamUri, 'https://example.org/stream.mp4', 'streamUri');
  assert.equal(fresh.meta.test, 'hello', 'meta');
  assert.equal(fresh.organizationId, bare(organiser.wallet.address), 'organizationId');
  assert.equal(fresh.census.censusId, census.censusId, 'census');
  assert.equal(fresh.census.size, 6, 'census size');
  assert.equal(fresh.maxCensusSize, 6, 'maxCensusSize');
  assert.equal(fresh.status, 'ONGOING', 'status');
  assert.equal(fresh.voteCount, 0, 'voteCount');
  assert.equal(fresh.finalResults, false, 'finalResults');
  assert.equal(fresh.manuallyEnded, false, 'manuallyEnded');
  assert.deepEqual(fresh.results, [['0', '0']], 'results before any vote');
  assert.equal(fresh.questions[0].choices[1].title.default, 'No', 'a choice');
  assert.deepEqual(
    fresh.voteType,
    { uniqueChoices: false, maxVoteOverwrites: 1, costFromWeight: false, costExponent: 1, maxCount: 1, maxValue: 1, maxTotalCost: 0 },
    'voteType',
  );
  hasShape(fresh.raw, electionShape, 'election');

  const outsider = newClient();
  outsider.setElectionId(id);
  assert.equal(await outsider.isInCensus(), false, 'an outsider is not in the census');
  assert.equal(await outsider.isAbleToVote(), false, 'an outsider cannot vote');
  await refused(castVote(outsider.wallet, id, [1]), ErrKeyNotFoundInCensus, /not found in census/, "an outsider's vote");

  const voter = newClient(wallets[0]);
  voter.setElectionId(id);
  assert.equal(await voter.isInCensus(), true, 'a member is in the census');
  assert.equal(await voter.hasAlreadyVoted(), null, 'has not voted yet');
  assert.equal(await voter.votesLeftCount(), 2, 'votes left at first');

  const ids = await Promise.all(wallets.map((wallet, i) => castVote(wallet, id, [i % 2])));
  assert.equal(ids[0], bare(keccak256('0x' + bare(wallets[0].address) + id)), 'vote id');
  assert.equal(await voter.hasAlreadyVoted(), ids[0], 'has voted');
  assert.equal(await voter.votesLeftCount(), 1, 'votes left after one');
  const live = await organiser.fetchElection(id);
  assert.equal(live.voteCount, 6, 'six votes');
  assert.deepEqual(live.results, [['3', '3']], 'live results');

  assert.equal(await castVote(wallets[0], id, [1]), ids[0], 'an overwrite keeps the id');
  await refused(castVote(wallets[0], id, [0]), ErrVochainReturnedErrorCode, /overwrite count reached/, 'a third vote');
  await refused(castVote(wallets[1], id, [2]), ErrVochainReturnedErrorCode, /./, 'a choice that does not exist');
  await refused(castVote(wallets[1], id, [0, 0]), ErrVochainReturnedErrorCode, /./, 'more answers than questions');
  const overwritten = await organiser.fetchElection(id);
  assert.equal(overwritten.voteCount, 6, 'an overwrite is not one more vote');
  assert.deepEqual(overwritten.results, [['2', '4']], 'results after the overwrite');

  const info = await VoteAPI.info(API, ids[0]);
  hasShape(info, voteShape, 'vote');
  assert.equal(info.overwriteCount, 1, 'overwriteCount');
  assert.equal(info.electionID, id, 'electionID');
  assert.equal(info.voteID, ids[0], 'voteID');
  assert.equal(info.voterID, bare(wallets[0].address), 'voterID');
  assert.equal(info.weight, '1', 'weight');
  assert.deepEqual(info.package.votes, [1], 'the ballot that counts');
  assert.equal((await VoteAPI.info(API, '0x' + ids[1].toUpperCase())).voteID, ids[1], 'ids in any case, with 0x');
  assert.equal(await VoteAPI.verify(API, id, ids[0]), true, 'verify');

  const final = await endElection(organiser, id);
  assert.deepEqual(final.results, [['2', '4']], 'final results');
  assert.deepEqual(final.questions[0].choices.map((choice) => choice.results), ['2', '4'], 'results by choice');
  assert.ok(final.endDate < fresh.endDate, 'the end moved');
  await refused(castVote(wallets[1], id, [0]), ErrElectionFinished, /finished at/, 'a late vote');
  await refused(organiser.endElection(id), ErrVochainReturnedErrorCode, /./, 'ending twice');
  assert.deepEqual((await ElectionAPI.info(API, id)).result, [['2', '4']], 'the result stays');
}

const electionShape = {
  electionId: 'hash', organizationId: 'address', status: 'text', startDate: 'date', endDate: 'date', voteCount: 'count',
  finalResults: 'boolean', result: [['decimal']], manuallyEnded: 'boolean', chainId: 'text', creationTime: 'date',
  metadataURL: 'uri',
  census: { censusOrigin: 'text', censusRoot: 'hash', postRegisterCensusRoot: 'string', censusURL: 'uri', maxCensusSize: 'count' },
  voteMode: { serial: 'boolean', anonymous: 'boolean', encryptedVotes: 'boolean', uniqueValues: 'boolean', costFromWeight: 'boolean' },
  electionMode: { autoStart: 'boolean', interruptible: 'boolean', dynamicCensus: 'boolean', encryptedMetaData: 'boolean', preRegister: 'boolean' },
  tallyMode: { maxCount: 'count', maxValue: 'count', maxVoteOverwrites: 'count', maxTotalCost: 'count', costExponent: 'count' },
  metadata: { title: 'map', description: 'map', media: 'map', meta: 'map', questions: [{ title: 'map', choices: [{ title: 'map', value: 'count' }] }], type: { name: 'text', properties: 'map' } },
};

const voteShape = {
  txHash: 'hash', voteID: 'hash', electionID: 'hash', voterID: 'address', blockHeight: 'count', transactionIndex: 'count',
  overwriteCount: 'count', weight: 'decimal', date: 'date', package: { nonce: 'hex', votes: ['count'] },
};
