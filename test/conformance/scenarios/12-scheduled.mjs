// An election opens and closes by itself. The SDK turns a start less than 50
// seconds ahead into "now", so this takes more than a minute.
import {
  assert, castVote, chainTime, newElection, newOrganiser, newWallets, plainCensus, refused, sdk, until,
} from '../harness.mjs';

const { ErrElectionFinished, ErrElectionNotStarted } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(2);
  const census = plainCensus(wallets);
  await organiser.createCensus(census);
  const startDate = new Date(Date.now() + 56_000);
  const endDate = new Date(startDate.getTime() + 16_000);
  const id = await organiser.createElection(newElection(census, { startDate, endDate }));
  const early = await organiser.fetchElection(id);
  assert.equal(early.status, 'UPCOMING', 'status before the start');
  assert.equal(early.raw.status, 'READY', "the chain's status before the start");
  assert.equal(Math.floor(startDate / 1000), early.startDate / 1000, 'startDate');
  await refused(castVote(wallets[0], id, [0]), ErrElectionNotStarted, /starts at/, 'a vote before the start');

  await chainTime(early.startDate, 90_000);
  assert.equal((await organiser.fetchElection(id)).status, 'ONGOING', 'status after the start');
  await castVote(wallets[0], id, [0]);

  await chainTime(early.endDate, 60_000);
  const final = await until(async () => {
    const election = await organiser.fetchElection(id);
    return election.finalResults && election;
  }, 'the result after the end');
  assert.equal(final.status, 'RESULTS', 'status after the end');
  assert.equal(final.manuallyEnded, false, 'nobody ended it');
  assert.deepEqual(final.endDate, early.endDate, 'the end stayed');
  assert.deepEqual(final.results, [['1', '0']], 'results');
  await refused(castVote(wallets[1], id, [0]), ErrElectionFinished, /finished at/, 'a vote after the end');
}
