// An election is paused, resumed and canceled, by those who may and when it may
// be.
import {
  assert, castVote, newElection, newOrganiser, newWallets, openElection, plainCensus, refused, sdk,
} from '../harness.mjs';

const { ErrVochainReturnedErrorCode } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(2);
  const status = async (id) => (await organiser.fetchElection(id)).raw.status;

  const id = await openElection(organiser, newElection(plainCensus(wallets)));
  assert.equal(await status(id), 'READY', 'at first');
  await organiser.pauseElection(id);
  assert.equal(await status(id), 'PAUSED', 'paused');
  await refused(castVote(wallets[0], id, [0]), ErrVochainReturnedErrorCode, /current state: PAUSED/, 'a vote while paused');
  await refused(organiser.pauseElection(id), ErrVochainReturnedErrorCode, /already in PAUSED state/, 'pausing twice');
  await organiser.continueElection(id);
  assert.equal(await status(id), 'READY', 'resumed');
  await castVote(wallets[0], id, [0]);
  await organiser.cancelElection(id);
  const canceled = await organiser.fetchElection(id);
  assert.equal(canceled.raw.status, 'CANCELED', 'canceled');
  assert.equal(canceled.voteCount, 1, 'votes of a canceled election');
  assert.equal(canceled.finalResults, false, 'a canceled election has no final results');
  await refused(
    organiser.pauseElection(id),
    ErrVochainReturnedErrorCode,
    /cannot set process status from CANCELED to paused/,
    'pausing what is canceled',
  );
  await refused(
    organiser.continueElection(id),
    ErrVochainReturnedErrorCode,
    /cannot set process status from CANCELED to ready/,
    'resuming what is canceled',
  );
  await refused(castVote(wallets[1], id, [0]), ErrVochainReturnedErrorCode, /current state: CANCELED/, 'a vote after the cancel');

  const fixed = await openElection(
    organiser,
    newElection(plainCensus(wallets), { electionType: { interruptible: false } }),
  );
  await refused(organiser.pauseElection(fixed), ErrVochainReturnedErrorCode, /not interruptible/, 'pausing a fixed election');
  await refused(organiser.endElection(fixed), ErrVochainReturnedErrorCode, /not interruptible/, 'ending a fixed election early');
  const stranger = await newOrganiser('Stranger');
  await refused(
    stranger.endElection(fixed),
    ErrVochainReturnedErrorCode,
    /not authorized|unauthorized/,
    "ending somebody else's election",
  );
  assert.equal(await status(fixed), 'READY', 'nothing of this changed the election');
  await castVote(wallets[0], fixed, [1]);
}
