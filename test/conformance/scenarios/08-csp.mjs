// An issuer (CSP) lets people in one by one: whoever shows its signature votes.
// The SDK's salted and blind kinds are refused with a reason.
import { CAbundle } from '@vocdoni/proto/vochain';
import { assert, bare, endElection, newClient, newElection, newOrganiser, newWallet, newWallets, openElection, refused, sdk } from '../harness.mjs';

const { CspCensus, CspProofType, Vote } = sdk;

/** What the issuer signs for a voter. */
async function vouch(issuer, wallet, electionId, more = {}) {
  const bundle = CAbundle.encode(
    CAbundle.fromPartial({ processId: Buffer.from(electionId, 'hex'), address: Buffer.from(bare(wallet.address), 'hex'), ...more }),
  ).finish();
  return bare(await issuer.signMessage(bundle));
}

function castCsp(wallet, electionId, choices, signature, type) {
  const client = newClient(wallet);
  client.setElectionId(electionId);
  return client.submitVote(client.cspVote(new Vote(choices), signature, type));
}

export default async function () {
  const organiser = await newOrganiser();
  const issuer = newWallet();
  const key = bare(issuer._signingKey().compressedPublicKey);
  const wallets = newWallets(3);
  const id = await openElection(organiser, newElection(new CspCensus(key, 'https://csp.example.org/v1'), { maxCensusSize: 10 }));

  const election = await organiser.fetchElection(id);
  assert.equal(election.raw.census.censusOrigin, 'OFF_CHAIN_CA', 'origin');
  assert.equal(election.raw.census.censusRoot, key, "the root is the issuer's key");
  assert.equal(election.census.constructor.name, 'CspCensus', 'kind of census');

  for (const [i, wallet] of wallets.entries()) {
    await castCsp(wallet, id, [i % 2], await vouch(issuer, wallet, id), CspProofType.ECDSA);
  }
  const stranger = newWallet();
  const nobody = '00'.repeat(65);
  await refused(castCsp(stranger, id, [0], nobody, CspProofType.ECDSA), Error, /issuer's signature/, 'no signature');
  const own = await vouch(stranger, stranger, id);
  await refused(castCsp(stranger, id, [0], own, CspProofType.ECDSA), Error, /leads to census/, "a stranger's signature");
  const anothers = await vouch(issuer, wallets[0], id);
  await refused(castCsp(stranger, id, [0], anothers, CspProofType.ECDSA), Error, /verification failed|leads to census/, "another voter's signature");
  const good = await vouch(issuer, stranger, id);
  await refused(castCsp(stranger, id, [0], good, CspProofType.ECDSA_PIDSALTED), Error, /salt/, 'salted');
  const blind = '01'.repeat(96);
  await refused(castCsp(stranger, id, [0], blind, CspProofType.ECDSA_BLIND), Error, /one signature too many/, 'blind');
  await refused(castCsp(stranger, id, [0], blind, CspProofType.ECDSA_BLIND_PIDSALTED), Error, /one signature too many/, 'blind and salted');

  const final = await endElection(organiser, id);
  assert.equal(final.voteCount, 3, 'voteCount');
  assert.deepEqual(final.results, [['2', '1']], 'results');
}
