// Metadata is encrypted by the client; the chain carries what it cannot read.
import { assert, castVote, newElection, newOrganiser, newWallets, openElection, plainCensus, refused } from '../harness.mjs';

export default async function () {
  const organiser = await newOrganiser();
  const wallets = newWallets(2);
  const id = await openElection(
    organiser,
    newElection(plainCensus(wallets), { electionType: { metadata: { encrypted: true, password: 'a password' } } }),
  );
  const closed = await organiser.fetchElection(id);
  assert.equal(closed.title.default ?? closed.title, '<redacted>', 'without the password');
  assert.equal(closed.electionType.metadata.encrypted, true, 'encrypted');
  const open = await organiser.fetchElection(id, 'a password');
  assert.equal(open.title.default, 'Conformance election', 'with the password');
  assert.equal(open.questions[0].choices[0].title.default, 'Yes', 'a choice, with the password');
  await refused(organiser.fetchElection(id, 'another'), Error, /could not be decrypted/, 'with a wrong password');
  await castVote(wallets[0], id, [1]);
  assert.deepEqual((await organiser.fetchElection(id)).results, [['0', '1']], 'results');
}
