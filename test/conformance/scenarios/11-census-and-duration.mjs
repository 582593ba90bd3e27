// The census and the end of an election are changed while it runs.
import {
  assert, castVote, newElection, newOrganiser, newWallets, openElection, plainCensus, refused, sdk,
} from '../harness.mjs';

const { ErrKeyNotFoundInCensus, ErrVochainReturnedErrorCode } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(4);
  const first = plainCensus(wallets.slice(0, 2));
  const id = await openElection(
    organiser,
    newElection(first, { electionType: { dynamicCensus: true }, maxCensusSize: 10 }),
  );
  const seconds = async () => {
    const election = await organiser.fetchElection(id);
    return (election.endDate - election.startDate) / 1000;
  };
  await refused(castVote(wallets[3], id, [0]), ErrKeyNotFoundInCensus, /not found in census/, 'a vote before the change');
  await castVote(wallets[0], id, [0]);

  const second = plainCensus(wallets);
  await organiser.createCensus(second);
  await organiser.changeElectionCensus(id, second.censusId, second.censusURI, 10);
  const changed = await organiser.fetchElection(id);
  assert.equal(changed.census.censusId, second.censusId, 'census');
  assert.equal(changed.census.censusURI, second.censusURI, 'census URI');
  assert.equal(changed.voteCount, 1, 'earlier votes stay');
  await castVote(wallets[3], id, [1]);
  assert.deepEqual((await organiser.fetchElection(id)).results, [['1', '1']], 'results over both censuses');

  await organiser.changeElectionMaxCensusSize(id, 20);
  assert.equal((await organiser.fetchElection(id)).maxCensusSize, 20, 'maxCensusSize');
  await refused(organiser.changeElectionMaxCensusSize(id, 15), ErrVochainReturnedErrorCode, /./, 'a smaller census');

  await organiser.changeElectionDuration(id, 7200);
  assert.equal(await seconds(), 7200, 'duration');
  const start = (await organiser.fetchElection(id)).startDate;
  await organiser.changeElectionEndDate(id, new Date(start.getTime() + 9000_000));
  assert.equal(await seconds(), 9000, 'end date');
  await refused(organiser.changeElectionDuration(id, 1), ErrVochainReturnedErrorCode, /./, 'an end in the past');

  const fixed = await openElection(organiser, newElection(plainCensus(wallets.slice(0, 2))));
  await refused(
    organiser.changeElectionCensus(fixed, second.censusId, second.censusURI),
    ErrVochainReturnedErrorCode,
    /only processes with dynamic census can update their root/,
    'changing a fixed census',
  );
}
