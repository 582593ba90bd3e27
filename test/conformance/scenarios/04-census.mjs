// Censuses are made, grown in chunks, published, read, moved and deleted.
import { randomBytes } from 'node:crypto';
import { API, assert, hasShape, newClient, newWallet, newWallets, plainCensus, refused, sdk } from '../harness.mjs';

const { CensusAPI, CensusType, WeightedCensus } = sdk;

export default async function () {
  const client = newClient();
  const wallets = newWallets(5);

  const plain = plainCensus(wallets);
  await client.createCensus(plain);
  assert.match(plain.censusId, /^[0-9a-f]{64}$/, 'censusId');
  assert.match(plain.censusURI, /^ipfs:\/\//, 'censusURI');
  assert.deepEqual(await client.fetchCensusInfo(plain.censusId), { size: 5, weight: 5n, type: 'weighted' }, 'plain census');

  const proof = await client.fetchProof(plain.censusId, wallets[0].address);
  hasShape(proof, { type: 'text', weight: 'decimal', root: 'hash', proof: 'hex', value: 'hex' }, 'proof');
  assert.equal(proof.weight, '1', 'weight in the proof');
  assert.equal(proof.root, plain.censusId, 'root in the proof');
  assert.equal(proof.value, '01'.padEnd(64, '0'), 'weight as 32 bytes, little-endian');
  await refused(
    client.fetchProof(plain.censusId, newWallet().address),
    sdk.ErrKeyNotFoundInCensus,
    /not found in census/,
    'proof for a stranger',
  );

  const weighted = new WeightedCensus();
  wallets.forEach((wallet, i) => weighted.add({ key: wallet.address, weight: BigInt(i + 1) }));
  await client.createCensus(weighted);
  assert.deepEqual(await client.fetchCensusInfo(weighted.censusId), { size: 5, weight: 15n, type: 'weighted' }, 'weighted census');
  assert.equal((await client.fetchProof(weighted.censusId, wallets[4].address)).weight, '5', "the fifth member's weight");

  const lonely = plainCensus(newWallets(1));
  await client.createCensus(lonely);
  hasShape(
    await client.fetchProof(lonely.censusId, lonely.participants[0].key),
    { weight: 'decimal', root: 'hash', proof: 'hex', value: 'hex' },
    'proof in a census of one',
  );

  // The same members in another order are the same census.
  const reversed = new WeightedCensus();
  wallets.map((wallet, i) => ({ key: wallet.address, weight: BigInt(i + 1) })).reverse().forEach((member) => reversed.add(member));
  await client.createCensus(reversed);
  assert.equal(reversed.censusId, weighted.censusId, 'order does not matter');

  const service = client.censusService;
  const first = await service.create(CensusType.WEIGHTED);
  await service.add(first.id, wallets.map((wallet) => ({ key: wallet.address, weight: 2n })));
  const dump = await service.export(first.id);
  hasShape(dump, { type: 'count', rootHash: 'hash', data: 'text', maxLevels: 'count' }, 'export');
  const second = await service.create(CensusType.WEIGHTED);
  await service.import(second.id, dump);
  const moved = await service.publish(second.id, false);
  assert.equal(moved.censusID, dump.rootHash, 'the moved census keeps its root');
  assert.match(moved.uri, /^ipfs:\/\//, 'uri of the moved census');
  const original = await service.publish(first.id, true);
  assert.deepEqual(original, moved, 'publishing now or later is the same');
  await refused(
    service.import((await service.create(CensusType.WEIGHTED)).id, { ...dump, rootHash: 'ab'.repeat(32) }),
    sdk.ErrCensusRootHashMismatch,
    /./,
    'a dump with another root',
  );

  const doomed = await service.create(CensusType.WEIGHTED);
  await service.delete(doomed.id);
  await refused(CensusAPI.size(API, doomed.id), sdk.ErrCensusNotFound, /not found/, 'a deleted census');

  // More members than the SDK sends in one call.
  const many = await service.create(CensusType.WEIGHTED);
  const members = Array.from({ length: 9000 }, (_, i) => ({ key: '0x' + randomBytes(20).toString('hex'), weight: BigInt(i + 1) }));
  await service.add(many.id, members);
  const published = await service.publish(many.id);
  assert.deepEqual(
    await client.fetchCensusInfo(published.censusID),
    { size: 9000, weight: 40_504_500n, type: 'weighted' },
    'a census sent in chunks',
  );
  assert.equal((await client.fetchProof(published.censusID, members[8999].key)).weight, '9000', 'the last member of the second chunk');

  // Another token may not touch it.
  const stranger = newClient().censusService;
  await stranger.fetchAccountToken();
  const mine = await service.create(CensusType.WEIGHTED);
  await refused(
    stranger.add(mine.id, [{ key: wallets[0].address, weight: 1n }]),
    sdk.ErrCantParseBearerToken,
    /./,
    "somebody else's census",
  );
}
