// Votes count with the weight that the census gives them.
import { API, assert, castVote, endElection, newElection, newOrganiser, newWallets, openElection, sdk } from '../harness.mjs';

const { VoteAPI, WeightedCensus } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(4);
  const huge = 2n ** 100n; // more than a number of JavaScript or 64 bits can hold
  const weights = [1n, 10n, 100n, huge];
  const census = new WeightedCensus();
  wallets.forEach((wallet, i) => census.add({ key: wallet.address, weight: weights[i] }));
  const id = await openElection(organiser, newElection(census));
  const ids = await Promise.all(wallets.map((wallet, i) => castVote(wallet, id, [i % 2])));
  assert.equal((await organiser.fetchElection(id)).voteCount, 4, 'voteCount');
  for (const [i, voteId] of ids.entries()) {
    assert.equal((await VoteAPI.info(API, voteId)).weight, weights[i].toString(), `weight of vote ${i}`);
  }
  const final = await endElection(organiser, id);
  assert.deepEqual(final.results, [['101', (huge + 10n).toString()]], 'results');
}
