// Each kind of question that the SDK knows, with its ballot rules and the way
// its results are read.
import {
  assert, castVote, endElection, newOrganiser, newWallets, openElection, plainCensus, refused, sdk,
} from '../harness.mjs';

const { ApprovalElection, BudgetElection, Election, ErrVochainReturnedErrorCode, MultiChoiceElection, WeightedCensus } = sdk;

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(3);
  const base = () => ({ title: 'title', description: 'description', endDate: Date.now() + 3600_000, census: plainCensus(wallets) });
  const ask = (election, n) => {
    election.addQuestion('question', 'text', Array.from({ length: n }, (_, i) => ({ title: `choice ${i}`, value: i })));
    return election;
  };

  /** Runs an election: each wallet's vote, the refused ballots, the final results. */
  const run = async (election, votes, bad) => {
    const id = await openElection(organiser, election);
    for (const [what, choices] of Object.entries(bad)) {
      await refused(castVote(wallets[0], id, choices), ErrVochainReturnedErrorCode, /./, what);
    }
    for (const [i, choices] of votes.entries()) await castVote(wallets[i], id, choices);
    const final = await endElection(organiser, id);
    assert.equal(final.voteCount, votes.length, 'only good ballots count');
    return { ...final, results: final.results, questions: final.questions, voteType: final.voteType };
  };
  const perChoice = (final) => final.questions[0].choices.map((choice) => choice.results);

  const multi = await run(
    ask(MultiChoiceElection.from({ ...base(), maxNumberOfChoices: 3, canAbstain: true, canRepeatChoices: false }), 5),
    [[0, 1, 2], [0, 5, 6], [3, 2, 0]],
    { 'a choice twice': [0, 0, 1], 'a choice that does not exist': [0, 1, 8], 'too many choices': [0, 1, 2, 3] },
  );
  assert.deepEqual(multi.results, [
    ['2', '0', '0', '1', '0', '0', '0', '0'],
    ['0', '1', '1', '0', '0', '1', '0', '0'],
    ['1', '0', '1', '0', '0', '0', '1', '0'],
  ], 'multiple choice');
  assert.deepEqual(perChoice(multi), ['3', '1', '2', '1', '0'], 'multiple choice, by choice');
  assert.equal(multi.questions[0].numAbstains, '2', 'abstentions');
  assert.equal(multi.voteType.uniqueChoices, true, 'unique choices');

  const approval = await run(
    ask(ApprovalElection.from(base()), 3),
    [[1, 0, 1], [1, 1, 0], [0, 0, 1]],
    { 'neither yes nor no': [2, 0, 0] },
  );
  assert.deepEqual(approval.results, [['1', '2'], ['2', '1'], ['1', '2']], 'approval');
  assert.deepEqual(perChoice(approval), ['2', '1', '2'], 'approval, by choice');

  const budget = await run(
    ask(BudgetElection.from({ ...base(), useCensusWeightAsBudget: false, maxBudget: 20, forceFullBudget: true }), 3),
    [[10, 5, 5], [20, 0, 0], [0, 0, 20]],
    { 'more than the budget': [20, 0, 1] },
  );
  assert.deepEqual(budget.results, [['30'], ['5'], ['25']], 'budget');
  assert.deepEqual(perChoice(budget), ['30', '5', '25'], 'budget, by choice');
  assert.equal(budget.voteType.maxTotalCost, 20, 'the budget');

  const weights = new WeightedCensus();
  wallets.forEach((wallet, i) => weights.add({ key: wallet.address, weight: BigInt(10 * (i + 1)) }));
  const own = await run(
    ask(BudgetElection.from({ ...base(), census: weights, useCensusWeightAsBudget: true }), 2),
    [[10, 0], [5, 15], [0, 30]],
    { "more than the voter's weight": [10, 1] },
  );
  assert.deepEqual(own.results, [['15'], ['45']], "budget from the voter's weight");
  assert.equal(own.voteType.costFromWeight, true, 'costFromWeight');

  const questions = Election.from(base());
  ask(ask(questions, 2), 3);
  const several = await run(questions, [[0, 2], [1, 2], [1, 0]], { 'a choice that does not exist': [3, 0] });
  assert.deepEqual(several.results, [['1', '2', '0'], ['1', '0', '2']], 'two questions');
}
