// Tokens are sent and collected; an account without an identity key works.
import { API, assert, newClient, newWallet, refused, sdk } from '../harness.mjs';

const { ChainAPI, ErrVochainReturnedErrorCode } = sdk;

export default async function () {
  const costs = (await ChainAPI.txCosts(API)).costs;
  const sender = newClient();
  const receiver = newClient();
  const before = await sender.createAccount({ sik: false });
  const there = await receiver.createAccount({ sik: false });
  assert.equal(before.sik, '', 'no identity key was asked for');

  await sender.sendTokens({ to: receiver.wallet.address, amount: 5 });
  const after = await sender.fetchAccount();
  const got = await receiver.fetchAccount();
  assert.equal(got.balance, there.balance + 5, 'receiver');
  assert.equal(after.balance, before.balance - 5 - costs.SendTokens, 'sender');
  assert.equal(after.nonce, before.nonce + 1, 'nonce');
  assert.equal(got.nonce, there.nonce, "receiver's nonce");
  assert.equal(after.transfersCount, before.transfersCount + 1, 'transfersCount of the sender');
  assert.equal(got.transfersCount, there.transfersCount + 1, 'transfersCount of the receiver');
  assert.equal(after.feesCount, (before.feesCount ?? 0) + 1, 'feesCount');

  await refused(
    sender.sendTokens({ to: receiver.wallet.address, amount: after.balance + 1 }),
    ErrVochainReturnedErrorCode,
    /has \d+ tokens, needs \d+/,
    'more than there is',
  );
  await refused(
    sender.sendTokens({ to: newWallet().address, amount: 1 }),
    ErrVochainReturnedErrorCode,
    /does not exist/,
    'to nobody',
  );
  assert.deepEqual(await sender.fetchAccount(), after, 'a refused transfer leaves the account');

  // Every account transaction takes the account's next nonce here, this one too.
  const funded = await sender.collectFaucetTokens();
  const given = funded.balance - after.balance + costs.CollectFaucet;
  assert.equal(given, before.balance + costs.CreateAccount, 'the faucet gives the same again');
  assert.equal(funded.nonce, after.nonce + 1, 'nonce after collecting');
  assert.equal(funded.transfersCount, after.transfersCount + 1, 'transfersCount after collecting');
}
