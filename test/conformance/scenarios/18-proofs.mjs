// What the gateway says of an account is proved, as is that there is no account:
// judged by the public package @confio/ics23, which knows nothing of ours.
import ics23 from '@confio/ics23';
import { randomBytes } from 'node:crypto';
import { API, assert, bare, newOrganiser, until } from '../harness.mjs';

const { iavlSpec, verifyMembership, verifyNonMembership } = ics23;

export default async function () {
  const organiser = await newOrganiser();
  const address = bare(organiser.wallet.address);

  const there = await until(async () => {
    const answer = await document(`accounts/${address}`);
    return answer?.claims[0].value ? answer : null; // a block later it can be proved
  }, 'the proof of an account');
  const key = Buffer.from('61' + address, 'hex');
  const [claim] = there.claims;
  assert.deepEqual(bytes(claim.key), key, 'key of an account');
  const value = bytes(claim.value);
  const root = appHash(there);
  assert.ok(verifyMembership(proof(claim), iavlSpec, root, key, value), 'the account is in the state');
  value[value.length - 1] ^= 1;
  assert.ok(!verifyMembership(proof(claim), iavlSpec, root, key, value), 'with another value it is not');
  assert.ok(!verifyNonMembership(proof(claim), iavlSpec, root, key), 'the same proof is none of absence');

  const nobody = randomBytes(20);
  const absent = await document(`accounts/${nobody.toString('hex')}`);
  const missing = Buffer.concat([Buffer.from('a'), nobody]);
  assert.deepEqual(bytes(absent.claims[0].key), missing, 'key of nobody');
  assert.equal(absent.claims[0].value, null, 'value of nobody');
  assert.ok(verifyNonMembership(proof(absent.claims[0]), iavlSpec, appHash(absent), missing), 'nobody is not in the state');
  assert.ok(!verifyNonMembership(proof(absent.claims[0]), iavlSpec, appHash(absent), key), 'the organiser is');

  // The root is the one in the header that the gateway's other calls show.
  const { header } = await until(async () => {
    const answer = await fetch(`${API}/chain/blocks/${there.height + 1}`);
    return answer.ok ? answer.json() : null; // once the index has the block
  }, 'the next header');
  assert.equal(header.appHash, Buffer.from(root).toString('hex').toUpperCase(), 'application hash of the next header');
}

/** A proof document, or null if nothing is signed yet. */
async function document(path) {
  const answer = await fetch(`${API}/proofs/${path}`);
  if (answer.status === 204) return null;
  assert.equal(answer.status, 200, path);
  return answer.json();
}

const bytes = (base64) => Buffer.from(base64, 'base64');
const proof = (claim) => ics23.ics23.CommitmentProof.decode(bytes(claim.proof));

/** The application hash: the eleventh of the fourteen strings of a header. */
function appHash({ signed }) {
  let rest = bytes(signed.header);
  let leaf;
  for (let i = 0; i <= 10; i++) {
    const size = rest[0]; // all of these are short
    assert.ok(size < 0x80, 'a short string');
    leaf = rest.subarray(1, 1 + size);
    rest = rest.subarray(1 + size);
  }
  assert.deepEqual([...leaf.subarray(0, 2)], [0x0a, 32], 'a BytesValue of 32 bytes');
  return leaf.subarray(2);
}
