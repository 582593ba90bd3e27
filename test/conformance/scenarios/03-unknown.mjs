// What does not exist, or is no name of anything, is answered with the code
// that the SDK turns into the right class.
import { API, newClient, newWallet, refused, sdk } from '../harness.mjs';

const { AccountAPI, CensusAPI, ChainAPI, ElectionAPI, VoteAPI, ZkAPI } = sdk;
const nothing = '00'.repeat(32);

export default async function () {
  const address = newWallet().address;
  await refused(newClient().fetchAccount(), sdk.ErrAccountNotFound, /account not found/, 'account');
  await refused(AccountAPI.info(API, address), sdk.ErrAccountNotFound, /account not found/, 'account');
  await refused(AccountAPI.metadata(API, address), sdk.ErrAccountNotFound, /account not found/, 'account metadata');
  await refused(ElectionAPI.info(API, nothing), sdk.ErrElectionNotFound, /election not found/, 'election');
  await refused(VoteAPI.info(API, nothing), sdk.ErrVoteNotFound, /vote not found/, 'vote');
  await refused(VoteAPI.verify(API, nothing, nothing), Error, /not found/, 'vote in an election');
  await refused(ChainAPI.txInfo(API, nothing), sdk.ErrTransactionNotFound, /transaction not found/, 'transaction');
  await refused(ZkAPI.sik(API, address), sdk.ErrSIKNotFound, /not found/, 'identity key');
  await refused(CensusAPI.size(API, nothing), sdk.ErrCensusNotFound, /not found/, 'census');
  await refused(ChainAPI.blockInfoHeight(API, 1_000_000_000), sdk.ErrBlockNotFound, /not found/, 'block height');
  await refused(ChainAPI.blockInfoHash(API, nothing), sdk.ErrBlockNotFound, /not found/, 'block hash');

  await refused(AccountAPI.info(API, 'nobody'), sdk.ErrAddressMalformed, /./, 'no address');
  await refused(ElectionAPI.info(API, 'abc'), sdk.ErrCantParseElectionID, /./, 'no election id');
  await refused(VoteAPI.info(API, 'abc'), sdk.ErrVoteIDMalformed, /./, 'no vote id');
  await refused(ElectionAPI.list(API, { page: 'x' }), sdk.ErrCantParseNumber, /./, 'no page number');
  await refused(ElectionAPI.list(API, { status: 'DREAMING' }), sdk.ErrParamStatusInvalid, /./, 'no status');
  await refused(VoteAPI.submit(API, '!'), sdk.ErrCantParsePayloadAsJSON, /./, 'a payload that is not base64');
  await refused(VoteAPI.submit(API, 'AAAA'), Error, /./, 'a payload that is no transaction');
}
