// Code generated via abigen V2 - DO NOT EDIT.
// This file is a generated binding and any manual changes will be lost.

package contract

import (
	"bytes"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Reference imports to suppress errors if they are not otherwise used.
var (
	_ = bytes.Equal
	_ = errors.New
	_ = big.NewInt
	_ = common.Big1
	_ = types.BloomLookup
	_ = abi.ConvertType
)

// CometAnchorLatest is an auto generated low-level Go binding around an user-defined struct.
type CometAnchorLatest struct {
	Height     uint64
	Time       uint64
	Since      uint64
	FrozenFrom uint64
}

// CometAnchorStep is an auto generated low-level Go binding around an user-defined struct.
type CometAnchorStep struct {
	Header     Header
	Commit     Commit
	Signatures []byte
	Roll       []byte
	Keys       []byte
}

// Commit is an auto generated low-level Go binding around an user-defined struct.
type Commit struct {
	Round     uint32
	Parts     uint32
	PartsHash [32]byte
}

// Header is an auto generated low-level Go binding around an user-defined struct.
type Header struct {
	Height             uint64
	Time               uint64
	Nanos              uint32
	NextValidatorsHash [32]byte
	AppHash            [32]byte
	Version            [32]byte
	Last               [32]byte
	Data               [32]byte
	Consensus          [32]byte
	Results            [32]byte
	Evidence           [32]byte
}

// IavlAbsence is an auto generated low-level Go binding around an user-defined struct.
type IavlAbsence struct {
	Left      IavlNeighbour
	Right     IavlNeighbour
	LeftPath  []byte
	RightPath []byte
	Meeting   []byte
	Path      []byte
}

// IavlNeighbour is an auto generated low-level Go binding around an user-defined struct.
type IavlNeighbour struct {
	Key       []byte
	ValueHash [32]byte
	Version   uint64
}

// Result is an auto generated low-level Go binding around an user-defined struct.
type Result struct {
	Cells       []*big.Int
	Columns     *big.Int
	Weight      *big.Int
	Votes       uint64
	Overwritten uint64
}

// CometAnchorMetaData contains all meta data concerning the CometAnchor contract.
var CometAnchorMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"string\",\"name\":\"id\",\"type\":\"string\"},{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"period\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"EmptyBranch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"from\",\"type\":\"uint64\"}],\"name\":\"Frozen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"latest\",\"type\":\"uint64\"}],\"name\":\"HeightNotAbove\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidChainId\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidTrustingPeriod\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"KeyNotOnCurve\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"MalformedKeys\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"}],\"name\":\"MalformedSignatures\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoFork\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"NotAnchored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"signed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"name\":\"NotEnoughPower\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"OutOfOffice\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PowerOverflow\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SetChanges\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SetUnchanged\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignatureNotCanonical\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignerOutOfOrder\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignerOutOfRange\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"TimeAhead\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"latest\",\"type\":\"uint64\"}],\"name\":\"TimeBeforeLatest\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"end\",\"type\":\"uint256\"}],\"name\":\"TrustExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"got\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"want\",\"type\":\"uint256\"}],\"name\":\"WrongCallLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"got\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"want\",\"type\":\"bytes32\"}],\"name\":\"WrongKeys\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSet\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"ZeroPower\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"blockHash\",\"type\":\"bytes32\"}],\"name\":\"Anchored\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"blockHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"otherHash\",\"type\":\"bytes32\"}],\"name\":\"ForkShown\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"since\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"validatorsHash\",\"type\":\"bytes32\"}],\"name\":\"SetChanged\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_CLOCK_DRIFT\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"evidence\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"}],\"name\":\"anchor\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"evidence\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"name\":\"anchorAndRotate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"appHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"root\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"chainId\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"lastHeight\",\"type\":\"uint64\"}],\"name\":\"formerSets\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"record\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"isAnchored\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"latest\",\"outputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"since\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"frozenFrom\",\"type\":\"uint64\"}],\"internalType\":\"structCometAnchor.Latest\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"setInOffice\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"evidence\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"internalType\":\"structCometAnchor.Step[]\",\"name\":\"one\",\"type\":\"tuple[]\"},{\"components\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"evidence\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"internalType\":\"structCometAnchor.Step[]\",\"name\":\"other\",\"type\":\"tuple[]\"},{\"internalType\":\"uint64\",\"name\":\"lastHeight\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"lastTime\",\"type\":\"uint64\"}],\"name\":\"showFork\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"trustingPeriod\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "CometAnchor",
	Bin: "0x610120806040523461049b57612662803803809161001d8285610706565b833981019060a08183031261049b5780516001600160401b03811161049b57810182601f8201121561049b578281602061005993519101610744565b906100666020820161077a565b916100736040830161077a565b936100806060840161077a565b608084015190936001600160401b03821161049b57019080601f8301121561049b5781516100b092602001610744565b918151801580156106fc575b6106ea57506001600160401b038116156106db5760805260ff60f81b815160f81b1660405190600560f91b6020830152602182015261012382519161011e602282602087019580878484015e81015f838201520301601f198101835282610706565b6107c0565b60a05261016b602260ff60f81b845160f81b16936040519384916020830196601960f91b885260218401525180918484015e81015f838201520301601f198101835282610706565b80516101005280516040036040811161041a5761018a6101c19161078e565b9260208060405195869382850196518091885e8401908282015f8152815193849201905e01015f815203601f198101845283610706565b60408280518101031261049b575160409182015160e05260c0525192608084016001600160401b038111858210176106c75760409081526001600160401b0384811680875290831660208701528582018190525f6060909601959095526fffffffffffffffff000000000000000091901b168317600160801b600160c01b03608084901b16176002558051604890049081158080156106bc575b80156106af575b61069b57601c830290838204601c14171561041a576102839092919261078e565b9261028d826107e8565b61029a6040519182610706565b8281526102a6836107e8565b602082019490601f19013686375f935f915b8183106104ae5750505067100000000000000083101561049f5780515b600181116103c6575051156103b25791516040516001600160c01b031960c094851b811660208084019182529490951b1660288201526030810182905284517f7ce0a09f6cdda204c8f052945b546c7c91a94d8ee1fa53ef5e114d8507bcd4d9959394929361036291605091849190819089018484015e81015f838201520301601f198101835282610706565b5190205f55604051908152a2604051611e41908161082182396080518181816108a00152610eb9015260a0518161111b015260c05181610e2b015260e05181610e5101526101005181610e860152f35b634e487b7160e01b5f52603260045260245ffd5b8060011c5f5b81811061042e57506001821690600182146103f1575b6103ec92506107ff565b6102d5565b5f19830192831161041a576104096103ec938561080c565b51610414828661080c565b526103e2565b634e487b7160e01b5f52601160045260245ffd5b600181901b6001600160ff1b038216820361041a5761044d818661080c565b516001820180921161041a5760415f916104696020948961080c565b5160405191600183536001830152602182015260025afa1561049b576001905f51610494828761080c565b52016103cc565b5f80fd5b633e94e13160e11b5f5260045ffd5b9091946048860282019560208701519660606040820151910151908160c01c936401000003d0198a108061068c575b8061066a575b1561065757841561064457846104f8916107ff565b986001821661063957600160f91b945b601060015b607f6001600160401b0384161161060a576001600160fd1b038116810361041a578060031b60f8039060f8821161041a576001986105b9948a60459361011e95604051976020890194848060401b03169060081b17901b835260208752610575604088610706565b018552604051948592630a232a2160e01b602085015260ff60f81b1660248401528760258401525180918484015e81015f838201520301601f198101835282610706565b6105c3858a61080c565b525f5260205260405f20906020601c84028c01019163ffffffff835116916401000000008660601b039060a01c1690858060601b03199060601b16171790520191906102b8565b60089190911b607f831617608017905f19811461041a5760079290921c6001600160391b03169160010161050d565b600360f81b94610508565b836328baf61b60e21b5f5260045260245ffd5b83630755195960e41b5f5260045260245ffd5b506401000003d019600781808d80098d09086401000003d019838009146104e3565b506401000003d01982106104dd565b5051632260e3ed60e21b5f5260045260245ffd5b5060488251061515610262565b506103e8831161025b565b634e487b7160e01b5f52604160045260245ffd5b635dd52a2d60e01b5f5260045ffd5b63331003b360e01b5f5260045260245ffd5b50603281116100bc565b601f909101601f19168101906001600160401b038211908210176106c757604052565b6001600160401b0381116106c757601f01601f191660200190565b92919261075082610729565b9161075e6040519384610706565b82948184528183011161049b578281602093845f96015e010152565b51906001600160401b038216820361049b57565b9061079882610729565b6107a56040519182610706565b82815280926107b6601f1991610729565b0190602036910137565b5f602091604051908282538051848201600184015e516001019060025afa1561049b575f5190565b6001600160401b0381116106c75760051b60200190565b9190820180921161041a57565b80518210156103b25760209160051b01019056fe6080806040526004361015610012575f80fd5b5f3560e01c90816336b31bf014610882575080634173290e146106a057806352bfe7891461062f578063588e26bc146105f657806387c8c1e9146105005780639a8a05921461044b578063b9315d52146101ec578063bd4d75fd146101d1578063e9570e57146101b5578063fb1da0fd1461010d5763ff50fc8814610095575f80fd5b34610109576020366003190112610109576100ae6108f2565b60025460c01c9081159182156100f5575b50816100d3575b6020826040519015158152f35b67ffffffffffffffff9150165f526003602052602060405f20541515906100c6565b67ffffffffffffffff82161091505f6100bf565b5f80fd5b34610109576020366003190112610109576101266108f2565b60025460c01c90811515806101a1575b61018e5767ffffffffffffffff16805f52600360205260405f2054801561016257602090604051908152f35b507f8c247861000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50632f100a8d60e11b5f5260045260245ffd5b508167ffffffffffffffff82161015610136565b34610109575f3660031901126101095760205f54604051908152f35b34610109575f366003190112610109576020604051603c8152f35b346101095760803660031901126101095760043567ffffffffffffffff81116101095761021d903690600401610909565b9060243567ffffffffffffffff81116101095761023e903690600401610909565b9190926044359167ffffffffffffffff831692838103610109576064359367ffffffffffffffff85168503610109578491908061038e575050506102ad92506102a55f54918267ffffffffffffffff9485926102a08460025460401c16610ea9565b610f15565b949095610f15565b909267ffffffffffffffff80821694168414801590610385575b61035d57600254908160c01c80151580610353575b6103415750917fe2c22e9488634cd60ccfce3b38fcb5d29d60790a6800ce21017be4f50199f7c9939177ffffffffffffffffffffffffffffffffffffffffffffffff6001600160c01b031960409560c01b1691161760025582519182526020820152a2005b632f100a8d60e11b5f5260045260245ffd5b50858111156102dc565b7f6ba03b5c000000000000000000000000000000000000000000000000000000005f5260045ffd5b508183146102c7565b9290939194821561042357813561021e1983360301811215610109576103be6103c59184016101e0810190610abc565b36916109e1565b60208151910120935f5260016020526103e360405f20549185610df2565b036103fb57826102a59285926102a06102ad98610ea9565b7f3f7fba4c000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f34595251000000000000000000000000000000000000000000000000000000005f5260045ffd5b34610109575f36600319011261010957610463610e25565b805160011981019081116104bb5761047a90610a65565b5f5b81518110156104cf5760028101908181116104bb576001600160f81b03196104a660019386610a97565b51165f1a6104b48285610a97565b530161047c565b634e487b7160e01b5f52601160045260245ffd5b6020604083815192839181835280519182918282860152018484015e5f828201840152601f01601f19168101030190f35b346101095736600319016102008112610109576101601361010957606036610163190112610109576101c43567ffffffffffffffff8111610109576105499036906004016108c4565b906101e43567ffffffffffffffff81116101095761056b9036906004016108c4565b916105768482610aef565b610240019081610240116104bb5783836105c4966105a96105a46105bf9661059e8686610aef565b9061093a565b610b16565b67ffffffffffffffff60025460801c1693610b5a565b610de3565b606435036105ce57005b7fe63f2c62000000000000000000000000000000000000000000000000000000005f5260045ffd5b346101095760203660031901126101095767ffffffffffffffff6106186108f2565b165f526001602052602060405f2054604051908152f35b34610109575f366003190112610109575f606060405161064e81610973565b82815282602082015282604082015201526080610669610a17565b67ffffffffffffffff6060604051928281511684528260208201511660208501528260408201511660408501520151166060820152f35b346101095736600319016102208112610109576101601361010957606036610163190112610109576101c43567ffffffffffffffff8111610109576106e99036906004016108c4565b6101e43567ffffffffffffffff81116101095761070a9036906004016108c4565b9190926102043567ffffffffffffffff81116101095761072e9036906004016108c4565b91909361073b8483610aef565b6102800180610280116104bb576107899261076d6105a46107636107809461059e878d610aef565b61059e888b610aef565b82885f549761077a610947565b93610b5a565b60643595610de3565b841461085a576024359167ffffffffffffffff83168303610109576107e9926107b191610df2565b67ffffffffffffffff6107c2610947565b165f52600160205260405f20556107e46107da610947565b93849236916109e1565b611809565b91905f557f7ce0a09f6cdda204c8f052945b546c7c91a94d8ee1fa53ef5e114d8507bcd4d9602067ffffffffffffffff604051938585521692a281810361082c57005b7f613e2944000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f7e116353000000000000000000000000000000000000000000000000000000005f5260045ffd5b34610109575f3660031901126101095760209067ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b9181601f840112156101095782359167ffffffffffffffff8311610109576020838186019501011161010957565b6004359067ffffffffffffffff8216820361010957565b9181601f840112156101095782359167ffffffffffffffff8311610109576020808501948460051b01011161010957565b919082018092116104bb57565b60043567ffffffffffffffff811681036101095790565b3567ffffffffffffffff811681036101095790565b6080810190811067ffffffffffffffff82111761098f57604052565b634e487b7160e01b5f52604160045260245ffd5b90601f8019910116810190811067ffffffffffffffff82111761098f57604052565b67ffffffffffffffff811161098f57601f01601f191660200190565b9291926109ed826109c5565b916109fb60405193846109a3565b829481845281830111610109578281602093845f960137010152565b60405190610a2482610973565b81606060025467ffffffffffffffff8116835267ffffffffffffffff8160401c16602084015267ffffffffffffffff8160801c16604084015260c01c910152565b90610a6f826109c5565b610a7c60405191826109a3565b8281528092610a8d601f19916109c5565b0190602036910137565b908151811015610aa8570160200190565b634e487b7160e01b5f52603260045260245ffd5b903590601e1981360301821215610109570180359067ffffffffffffffff82116101095760200191813603831361010957565b50601f81018091116104bb578060051c90601f191690808204602014901517156104bb5790565b600401806004116104bb57803603610b2b5750565b7fbd73beb7000000000000000000000000000000000000000000000000000000005f523660045260245260445ffd5b93909192610b66610a17565b91606083019067ffffffffffffffff82511680151580610dc3575b61034157506004359367ffffffffffffffff8516978886141594856101095767ffffffffffffffff835116808b1115610d9457506024359867ffffffffffffffff8a1698898b141594856101095760200167ffffffffffffffff815116808c10610d655750603c42018042116104bb578661010957808c11610d36575067ffffffffffffffff610c12915116610ea9565b610c1d3684846109e1565b602081519101205f54036103fb57610c3993610164600461106c565b9361010957610109578560409567ffffffffffffffff6060947fba6fa5dea6400fd3f16d05cd937a297f64cef648be1045ecd472456d19d0e3f799505116938491885190610c8682610973565b8b8252602082015267ffffffffffffffff85168982015201526fffffffffffffffff0000000000000000886001600160c01b031977ffffffffffffffff000000000000000000000000000000006002549560801b1694161791871b16171760025577ffffffffffffffffffffffffffffffffffffffffffffffff6001600160c01b03196002549260c01b1691161760025560843591855f52600360205282845f20555082519182526020820152a2565b8b7f0b3c7733000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b8b7fbebbb6cd000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b8a7f2e3be13a000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b5060043567ffffffffffffffff8116808203610109578291501015610b81565b90603011610109576010013590565b906001600160c01b0319604051916020830193845260c01b16604082015260288152610e1f6048826109a3565b51902090565b604051907f000000000000000000000000000000000000000000000000000000000000000060208301527f0000000000000000000000000000000000000000000000000000000000000000604083015260408252610e846060836109a3565b7f00000000000000000000000000000000000000000000000000000000000000008252565b610ee09067ffffffffffffffff807f000000000000000000000000000000000000000000000000000000000000000016911661093a565b804211610eea5750565b7f99e2a8f8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b9291935f935f908315610423575f9561021e1982360301925b858810156110615750508560051b8101358281121561010957810196610f538861095e565b906101e0890190610f676103be838c610abc565b60208151910120036103fb57610f7d818a610abc565b6008116101095767ffffffffffffffff8316903560c01c8111801590611045575b61101a5750610fc1610fcf91610fb86101c08c018c610abc565b9290918c610abc565b9290916101608d018d61106c565b96600181018082116104bb578614611010576060610ff8836107e46103be6102008e018e610abc565b91909a01359081810361082c57505060010196610f2e565b5096505050915050565b7fcfe43040000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5088158015610f9e575067ffffffffffffffff88168111610f9e565b965096505050915050565b909594919392936111b86110808486610de3565b61114a6111ab61116a6111606111566111508961114a61111660206110b26110b76110b26110ad8761095e565b611c2d565b611dc9565b9482806110e263ffffffff6110dc60406110d56110ad86890161095e565b9601611c1c565b16611d01565b6040519584879551918291018487015e8401908282015f8152815193849201905e01015f815203601f1981018352826109a3565b6111447f000000000000000000000000000000000000000000000000000000000000000060a08f0135611df1565b92611df1565b90611df1565b95611e18565b60e0890135611df1565b60c0880135611df1565b6111a561118961117d60608a0135611e18565b6101008a013590611df1565b61114a61119960808b0135611e18565b6101208b013590611df1565b93611df1565b9161014086013590611df1565b966111ca6111c4610e25565b9361095e565b9591905f9663ffffffff6111dd83611c1c565b1661170e576040516111f06020826109a3565b5f81525b6112da61121163ffffffff61120b60208701611c1c565b16611c2d565b9261126a6022602060405180986040838084019a8051918291018c5e8301917f122000000000000000000000000000000000000000000000000000000000000085840152013584820152030160028101885201866109a3565b6001600160c01b03199065ffffffffffff8160081c9160081b9166ff000000ff000067ff000000ff00000067ffffffffffff000065ff000000ff00861664ff000000ff85161760101b16941691161760101c161767ffffffffffffffff808260201b169160201c161760c01b1690565b918351602401806024116104bb57848d955160405196879560208701977f080211000000000000000000000000000000000000000000000000000000000089526001600160c01b031916602388015280516020819201602b89015e860193602b85017f2200000000000000000000000000000000000000000000000000000000000000905260f81b6001600160f81b031916602c850152602d8401605160f51b9052602f840152604f83017f1200000000000000000000000000000000000000000000000000000000000000905260f81b6001600160f81b0319166050830152518092605183015e01602b01602681015f905203602601601f19810183526113e290836109a3565b602f1986018681116104bb57601c9093929304935f958160208201925b61149257505050505050505060101161010957600801359067ffffffffffffffff8260c01c169181600302906003820483036104bb5760bf81901c6801fffffffffffffffe169060c01c84036104bb576801fffffffffffffffe161015611464575050565b7f2818471e000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b6044819b9697989b106116fc576042850135958660011a9687604401838111908182156116f2575b6116df57883560f01c9e8f106116b3578b8f10156116875760441161010957610109578c60308d601c8a8d60028e8d81604460405196858801965180890194885e602a86850153826003850153016004830137018b518d600483015e8b5101019180830390608082106001146116765750600119820192600292849260808117845360071c905f1901535b030190209302010135916022890135905f1a7f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a08211801561166c575b61164057601b0160ff81116104bb576020925f9260ff608093604051938452168583015260028c01356040830152606082015282805260015afa156116355773ffffffffffffffffffffffffffffffffffffffff5f51168015611622578160601c0361160f5760201c67ffffffffffffffff16019a60010197969594850160440194900360431901806113ff565b8c633f109cf160e01b5f5260045260245ffd5b8d633f109cf160e01b5f5260045260245ffd5b6040513d5f823e3d90fd5b8f7fa7f46e4a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060018111611581565b600292506001019283918253611545565b8e7f2d17323c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b8e7f358e15a8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b84632208c62960e01b5f5260045260245ffd5b50605581116114ba565b632208c62960e01b5f5260045260245ffd5b61179063ffffffff61171f84611c1c565b166001600160c01b03199065ffffffffffff8160081c9160081b9166ff000000ff000067ff000000ff00000067ffffffffffff000065ff000000ff00861664ff000000ff85161760101b16941691161760101c161767ffffffffffffffff808260201b169160201c161760c01b1690565b6001600160c01b0319604051917f19000000000000000000000000000000000000000000000000000000000000006020840152166021820152600981526117d86029826109a3565b6111f4565b67ffffffffffffffff811161098f5760051b60200190565b8051821015610aa85760209160051b010190565b9060488251048015808015611c11575b8015611c04575b611bd757601c820290828204601c1417156104bb5761183e90610a65565b92611848826117dd565b61185560405191826109a3565b828152611861836117dd565b602082019390601f19013685375f925f5b8281106119e3575050506710000000000000008210156119bb5780515b600181116118fa57505115610aa85760506118f4916020846001600160c01b031995505196604051958693818486019960c01b16895260c01b1660288401528760308401528051918291018484015e81015f838201520301601f1981018352826109a3565b51902091565b8060011c5f5b81811061194e5750600182169060018214611925575b611920925061093a565b61188f565b5f1983019283116104bb5761193d61192093856117f5565b5161194882866117f5565b52611916565b8060011b907f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811681036104bb5761198682866117f5565b5191600181018091116104bb576001926119a36119aa92886117f5565b5190611df1565b6119b482876117f5565b5201611900565b7f7d29c262000000000000000000000000000000000000000000000000000000005f5260045ffd5b60488102820160208101519060606040820151910151918260c01c976401000003d019821080611bc8575b80611ba6575b15611b7a578815611b4e5790611acb6001600160f81b03196110b26045611a408d60019a99989761093a565b9c868a16611b22576020611a747f020000000000000000000000000000000000000000000000000000000000000092611d01565b6040519586937f0a232a2100000000000000000000000000000000000000000000000000000000848601521660248401528760258401528051918291018484015e81015f838201520301601f1981018352826109a3565b611ad5858a6117f5565b525f5260205260405f20906020601c84028c0101916bffffffffffffffff0000000063ffffffff8451169260a01c16906bffffffffffffffffffffffff199060601b161717905201611872565b6020611a747f030000000000000000000000000000000000000000000000000000000000000092611d01565b847fa2ebd86c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b847f75519590000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b506401000003d019600781808580098509086401000003d01984800914611a14565b506401000003d0198310611a0e565b83517f89838fb4000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060488451061515611820565b506103e88211611819565b3563ffffffff811681036101095790565b67ffffffffffffffff8116611c515750604051611c4b6020826109a3565b5f815290565b600860015b607f67ffffffffffffffff841611611cd2577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811681036104bb578060031b60f80360f881116104bb5760019267ffffffffffffffff60405195169060081b17901b602084015260208352611ccc6040846109a3565b01815290565b60089190911b607f831617608017905f1981146104bb5760016701ffffffffffffff91019260071c1691611c56565b67ffffffffffffffff8116611d1f5750604051611c4b6020826109a3565b601060015b607f67ffffffffffffffff841611611d9a577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811681036104bb578060031b60f80360f881116104bb5760019267ffffffffffffffff60405195169060081b17901b602084015260208352611ccc6040846109a3565b60089190911b607f831617608017905f1981146104bb5760016701ffffffffffffff91019260071c1691611d24565b5f602091604051908282538051848201600184015e516001019060025afa15610109575f5190565b60415f9160209360405191600183536001830152602182015260025afa15610109575f5190565b611e3e9060405190605160f51b60208301526022820152602281526110b26042826109a3565b9056",
}

// CometAnchor is an auto generated Go binding around an Ethereum contract.
type CometAnchor struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *CometAnchor) GetABI() abi.ABI {
	return c.abi
}

// NewCometAnchor creates a new instance of CometAnchor.
func NewCometAnchor() *CometAnchor {
	parsed, err := CometAnchorMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &CometAnchor{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *CometAnchor) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(string id, uint64 height, uint64 time, uint64 period, bytes keys) returns()
func (cometAnchor *CometAnchor) PackConstructor(id string, height uint64, time uint64, period uint64, keys []byte) []byte {
	enc, err := cometAnchor.abi.Pack("", id, height, time, period, keys)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackMAXCLOCKDRIFT is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbd4d75fd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function MAX_CLOCK_DRIFT() view returns(uint256)
func (cometAnchor *CometAnchor) PackMAXCLOCKDRIFT() []byte {
	enc, err := cometAnchor.abi.Pack("MAX_CLOCK_DRIFT")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackMAXCLOCKDRIFT is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xbd4d75fd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function MAX_CLOCK_DRIFT() view returns(uint256)
func (cometAnchor *CometAnchor) TryPackMAXCLOCKDRIFT() ([]byte, error) {
	return cometAnchor.abi.Pack("MAX_CLOCK_DRIFT")
}

// UnpackMAXCLOCKDRIFT is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xbd4d75fd.
//
// Solidity: function MAX_CLOCK_DRIFT() view returns(uint256)
func (cometAnchor *CometAnchor) UnpackMAXCLOCKDRIFT(data []byte) (*big.Int, error) {
	out, err := cometAnchor.abi.Unpack("MAX_CLOCK_DRIFT", data)
	if err != nil {
		return new(big.Int), err
	}
	out0 := abi.ConvertType(out[0], new(big.Int)).(*big.Int)
	return out0, nil
}

// PackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87c8c1e9.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function anchor((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32) header, (uint32,uint32,bytes32) commit, bytes signatures, bytes roll) returns()
func (cometAnchor *CometAnchor) PackAnchor(header Header, commit Commit, signatures []byte, roll []byte) []byte {
	enc, err := cometAnchor.abi.Pack("anchor", header, commit, signatures, roll)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x87c8c1e9.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function anchor((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32) header, (uint32,uint32,bytes32) commit, bytes signatures, bytes roll) returns()
func (cometAnchor *CometAnchor) TryPackAnchor(header Header, commit Commit, signatures []byte, roll []byte) ([]byte, error) {
	return cometAnchor.abi.Pack("anchor", header, commit, signatures, roll)
}

// PackAnchorAndRotate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4173290e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function anchorAndRotate((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32) header, (uint32,uint32,bytes32) commit, bytes signatures, bytes roll, bytes keys) returns()
func (cometAnchor *CometAnchor) PackAnchorAndRotate(header Header, commit Commit, signatures []byte, roll []byte, keys []byte) []byte {
	enc, err := cometAnchor.abi.Pack("anchorAndRotate", header, commit, signatures, roll, keys)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnchorAndRotate is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4173290e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function anchorAndRotate((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32) header, (uint32,uint32,bytes32) commit, bytes signatures, bytes roll, bytes keys) returns()
func (cometAnchor *CometAnchor) TryPackAnchorAndRotate(header Header, commit Commit, signatures []byte, roll []byte, keys []byte) ([]byte, error) {
	return cometAnchor.abi.Pack("anchorAndRotate", header, commit, signatures, roll, keys)
}

// PackAppHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfb1da0fd.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function appHash(uint64 height) view returns(bytes32 root)
func (cometAnchor *CometAnchor) PackAppHash(height uint64) []byte {
	enc, err := cometAnchor.abi.Pack("appHash", height)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAppHash is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xfb1da0fd.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function appHash(uint64 height) view returns(bytes32 root)
func (cometAnchor *CometAnchor) TryPackAppHash(height uint64) ([]byte, error) {
	return cometAnchor.abi.Pack("appHash", height)
}

// UnpackAppHash is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xfb1da0fd.
//
// Solidity: function appHash(uint64 height) view returns(bytes32 root)
func (cometAnchor *CometAnchor) UnpackAppHash(data []byte) ([32]byte, error) {
	out, err := cometAnchor.abi.Unpack("appHash", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackChainId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9a8a0592.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function chainId() view returns(string)
func (cometAnchor *CometAnchor) PackChainId() []byte {
	enc, err := cometAnchor.abi.Pack("chainId")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackChainId is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x9a8a0592.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function chainId() view returns(string)
func (cometAnchor *CometAnchor) TryPackChainId() ([]byte, error) {
	return cometAnchor.abi.Pack("chainId")
}

// UnpackChainId is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x9a8a0592.
//
// Solidity: function chainId() view returns(string)
func (cometAnchor *CometAnchor) UnpackChainId(data []byte) (string, error) {
	out, err := cometAnchor.abi.Unpack("chainId", data)
	if err != nil {
		return *new(string), err
	}
	out0 := *abi.ConvertType(out[0], new(string)).(*string)
	return out0, nil
}

// PackFormerSets is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x588e26bc.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function formerSets(uint64 lastHeight) view returns(bytes32 record)
func (cometAnchor *CometAnchor) PackFormerSets(lastHeight uint64) []byte {
	enc, err := cometAnchor.abi.Pack("formerSets", lastHeight)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFormerSets is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x588e26bc.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function formerSets(uint64 lastHeight) view returns(bytes32 record)
func (cometAnchor *CometAnchor) TryPackFormerSets(lastHeight uint64) ([]byte, error) {
	return cometAnchor.abi.Pack("formerSets", lastHeight)
}

// UnpackFormerSets is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x588e26bc.
//
// Solidity: function formerSets(uint64 lastHeight) view returns(bytes32 record)
func (cometAnchor *CometAnchor) UnpackFormerSets(data []byte) ([32]byte, error) {
	out, err := cometAnchor.abi.Unpack("formerSets", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackIsAnchored is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xff50fc88.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function isAnchored(uint64 height) view returns(bool)
func (cometAnchor *CometAnchor) PackIsAnchored(height uint64) []byte {
	enc, err := cometAnchor.abi.Pack("isAnchored", height)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackIsAnchored is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xff50fc88.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function isAnchored(uint64 height) view returns(bool)
func (cometAnchor *CometAnchor) TryPackIsAnchored(height uint64) ([]byte, error) {
	return cometAnchor.abi.Pack("isAnchored", height)
}

// UnpackIsAnchored is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xff50fc88.
//
// Solidity: function isAnchored(uint64 height) view returns(bool)
func (cometAnchor *CometAnchor) UnpackIsAnchored(data []byte) (bool, error) {
	out, err := cometAnchor.abi.Unpack("isAnchored", data)
	if err != nil {
		return *new(bool), err
	}
	out0 := *abi.ConvertType(out[0], new(bool)).(*bool)
	return out0, nil
}

// PackLatest is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52bfe789.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function latest() view returns((uint64,uint64,uint64,uint64))
func (cometAnchor *CometAnchor) PackLatest() []byte {
	enc, err := cometAnchor.abi.Pack("latest")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackLatest is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x52bfe789.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function latest() view returns((uint64,uint64,uint64,uint64))
func (cometAnchor *CometAnchor) TryPackLatest() ([]byte, error) {
	return cometAnchor.abi.Pack("latest")
}

// UnpackLatest is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x52bfe789.
//
// Solidity: function latest() view returns((uint64,uint64,uint64,uint64))
func (cometAnchor *CometAnchor) UnpackLatest(data []byte) (CometAnchorLatest, error) {
	out, err := cometAnchor.abi.Unpack("latest", data)
	if err != nil {
		return *new(CometAnchorLatest), err
	}
	out0 := *abi.ConvertType(out[0], new(CometAnchorLatest)).(*CometAnchorLatest)
	return out0, nil
}

// PackSetInOffice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe9570e57.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function setInOffice() view returns(bytes32)
func (cometAnchor *CometAnchor) PackSetInOffice() []byte {
	enc, err := cometAnchor.abi.Pack("setInOffice")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackSetInOffice is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xe9570e57.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function setInOffice() view returns(bytes32)
func (cometAnchor *CometAnchor) TryPackSetInOffice() ([]byte, error) {
	return cometAnchor.abi.Pack("setInOffice")
}

// UnpackSetInOffice is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xe9570e57.
//
// Solidity: function setInOffice() view returns(bytes32)
func (cometAnchor *CometAnchor) UnpackSetInOffice(data []byte) ([32]byte, error) {
	out, err := cometAnchor.abi.Unpack("setInOffice", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackShowFork is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb9315d52.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function showFork(((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32),(uint32,uint32,bytes32),bytes,bytes,bytes)[] one, ((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32),(uint32,uint32,bytes32),bytes,bytes,bytes)[] other, uint64 lastHeight, uint64 lastTime) returns()
func (cometAnchor *CometAnchor) PackShowFork(one []CometAnchorStep, other []CometAnchorStep, lastHeight uint64, lastTime uint64) []byte {
	enc, err := cometAnchor.abi.Pack("showFork", one, other, lastHeight, lastTime)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackShowFork is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xb9315d52.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function showFork(((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32),(uint32,uint32,bytes32),bytes,bytes,bytes)[] one, ((uint64,uint64,uint32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32,bytes32),(uint32,uint32,bytes32),bytes,bytes,bytes)[] other, uint64 lastHeight, uint64 lastTime) returns()
func (cometAnchor *CometAnchor) TryPackShowFork(one []CometAnchorStep, other []CometAnchorStep, lastHeight uint64, lastTime uint64) ([]byte, error) {
	return cometAnchor.abi.Pack("showFork", one, other, lastHeight, lastTime)
}

// PackTrustingPeriod is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36b31bf0.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function trustingPeriod() view returns(uint64)
func (cometAnchor *CometAnchor) PackTrustingPeriod() []byte {
	enc, err := cometAnchor.abi.Pack("trustingPeriod")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackTrustingPeriod is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x36b31bf0.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function trustingPeriod() view returns(uint64)
func (cometAnchor *CometAnchor) TryPackTrustingPeriod() ([]byte, error) {
	return cometAnchor.abi.Pack("trustingPeriod")
}

// UnpackTrustingPeriod is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x36b31bf0.
//
// Solidity: function trustingPeriod() view returns(uint64)
func (cometAnchor *CometAnchor) UnpackTrustingPeriod(data []byte) (uint64, error) {
	out, err := cometAnchor.abi.Unpack("trustingPeriod", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// CometAnchorAnchored represents a Anchored event raised by the CometAnchor contract.
type CometAnchorAnchored struct {
	Height    uint64
	AppHash   [32]byte
	BlockHash [32]byte
	Raw       *types.Log // Blockchain specific contextual infos
}

const CometAnchorAnchoredEventName = "Anchored"

// ContractEventName returns the user-defined event name.
func (CometAnchorAnchored) ContractEventName() string {
	return CometAnchorAnchoredEventName
}

// UnpackAnchoredEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Anchored(uint64 indexed height, bytes32 appHash, bytes32 blockHash)
func (cometAnchor *CometAnchor) UnpackAnchoredEvent(log *types.Log) (*CometAnchorAnchored, error) {
	event := "Anchored"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != cometAnchor.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CometAnchorAnchored)
	if len(log.Data) > 0 {
		if err := cometAnchor.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range cometAnchor.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// CometAnchorForkShown represents a ForkShown event raised by the CometAnchor contract.
type CometAnchorForkShown struct {
	Height    uint64
	BlockHash [32]byte
	OtherHash [32]byte
	Raw       *types.Log // Blockchain specific contextual infos
}

const CometAnchorForkShownEventName = "ForkShown"

// ContractEventName returns the user-defined event name.
func (CometAnchorForkShown) ContractEventName() string {
	return CometAnchorForkShownEventName
}

// UnpackForkShownEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ForkShown(uint64 indexed height, bytes32 blockHash, bytes32 otherHash)
func (cometAnchor *CometAnchor) UnpackForkShownEvent(log *types.Log) (*CometAnchorForkShown, error) {
	event := "ForkShown"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != cometAnchor.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CometAnchorForkShown)
	if len(log.Data) > 0 {
		if err := cometAnchor.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range cometAnchor.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// CometAnchorSetChanged represents a SetChanged event raised by the CometAnchor contract.
type CometAnchorSetChanged struct {
	Since          uint64
	ValidatorsHash [32]byte
	Raw            *types.Log // Blockchain specific contextual infos
}

const CometAnchorSetChangedEventName = "SetChanged"

// ContractEventName returns the user-defined event name.
func (CometAnchorSetChanged) ContractEventName() string {
	return CometAnchorSetChangedEventName
}

// UnpackSetChangedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event SetChanged(uint64 indexed since, bytes32 validatorsHash)
func (cometAnchor *CometAnchor) UnpackSetChangedEvent(log *types.Log) (*CometAnchorSetChanged, error) {
	event := "SetChanged"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != cometAnchor.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(CometAnchorSetChanged)
	if len(log.Data) > 0 {
		if err := cometAnchor.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range cometAnchor.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (cometAnchor *CometAnchor) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["EmptyBranch"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackEmptyBranchError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["Frozen"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackFrozenError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["HeightNotAbove"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackHeightNotAboveError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["InvalidChainId"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackInvalidChainIdError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["InvalidTrustingPeriod"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackInvalidTrustingPeriodError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["KeyNotOnCurve"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackKeyNotOnCurveError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["MalformedKeys"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackMalformedKeysError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["MalformedSignatures"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackMalformedSignaturesError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["NoFork"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackNoForkError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["NotAnchored"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackNotAnchoredError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["NotEnoughPower"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackNotEnoughPowerError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["OutOfOffice"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackOutOfOfficeError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["PowerOverflow"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackPowerOverflowError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["SetChanges"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackSetChangesError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["SetUnchanged"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackSetUnchangedError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["SignatureNotCanonical"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackSignatureNotCanonicalError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["SignerOutOfOrder"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackSignerOutOfOrderError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["SignerOutOfRange"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackSignerOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["TimeAhead"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackTimeAheadError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["TimeBeforeLatest"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackTimeBeforeLatestError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["TrustExpired"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackTrustExpiredError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["WrongCallLength"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackWrongCallLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["WrongKeys"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackWrongKeysError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["WrongSet"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackWrongSetError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["WrongSignature"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackWrongSignatureError(raw[4:])
	}
	if bytes.Equal(raw[:4], cometAnchor.abi.Errors["ZeroPower"].ID.Bytes()[:4]) {
		return cometAnchor.UnpackZeroPowerError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// CometAnchorEmptyBranch represents a EmptyBranch error raised by the CometAnchor contract.
type CometAnchorEmptyBranch struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error EmptyBranch()
func CometAnchorEmptyBranchErrorID() common.Hash {
	return common.HexToHash("0x345952512c213d11885a2adcdeb5ede3864a5e4781a73d89e6df11fb39d8a96b")
}

// UnpackEmptyBranchError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error EmptyBranch()
func (cometAnchor *CometAnchor) UnpackEmptyBranchError(raw []byte) (*CometAnchorEmptyBranch, error) {
	out := new(CometAnchorEmptyBranch)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "EmptyBranch", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorFrozen represents a Frozen error raised by the CometAnchor contract.
type CometAnchorFrozen struct {
	From uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Frozen(uint64 from)
func CometAnchorFrozenErrorID() common.Hash {
	return common.HexToHash("0x5e20151a99b0432a9ac06d33b91b77d3134ce0638cc70d7df042947ca48a2caf")
}

// UnpackFrozenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Frozen(uint64 from)
func (cometAnchor *CometAnchor) UnpackFrozenError(raw []byte) (*CometAnchorFrozen, error) {
	out := new(CometAnchorFrozen)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "Frozen", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorHeightNotAbove represents a HeightNotAbove error raised by the CometAnchor contract.
type CometAnchorHeightNotAbove struct {
	Height uint64
	Latest uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error HeightNotAbove(uint64 height, uint64 latest)
func CometAnchorHeightNotAboveErrorID() common.Hash {
	return common.HexToHash("0x2e3be13a7f018bb8fe037f530e7df026fe31050306c0a8cc31743f10b251678f")
}

// UnpackHeightNotAboveError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error HeightNotAbove(uint64 height, uint64 latest)
func (cometAnchor *CometAnchor) UnpackHeightNotAboveError(raw []byte) (*CometAnchorHeightNotAbove, error) {
	out := new(CometAnchorHeightNotAbove)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "HeightNotAbove", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorInvalidChainId represents a InvalidChainId error raised by the CometAnchor contract.
type CometAnchorInvalidChainId struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidChainId(uint256 length)
func CometAnchorInvalidChainIdErrorID() common.Hash {
	return common.HexToHash("0x331003b38ef7434fbd43efbd549c5d9e9d9db4967af85db064767c3b8c3842eb")
}

// UnpackInvalidChainIdError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidChainId(uint256 length)
func (cometAnchor *CometAnchor) UnpackInvalidChainIdError(raw []byte) (*CometAnchorInvalidChainId, error) {
	out := new(CometAnchorInvalidChainId)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "InvalidChainId", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorInvalidTrustingPeriod represents a InvalidTrustingPeriod error raised by the CometAnchor contract.
type CometAnchorInvalidTrustingPeriod struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidTrustingPeriod()
func CometAnchorInvalidTrustingPeriodErrorID() common.Hash {
	return common.HexToHash("0x5dd52a2d3edae5ed60f24921016df3c19b95f5fd9b3e67722d0c6c13f66b0119")
}

// UnpackInvalidTrustingPeriodError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidTrustingPeriod()
func (cometAnchor *CometAnchor) UnpackInvalidTrustingPeriodError(raw []byte) (*CometAnchorInvalidTrustingPeriod, error) {
	out := new(CometAnchorInvalidTrustingPeriod)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "InvalidTrustingPeriod", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorKeyNotOnCurve represents a KeyNotOnCurve error raised by the CometAnchor contract.
type CometAnchorKeyNotOnCurve struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error KeyNotOnCurve(uint256 index)
func CometAnchorKeyNotOnCurveErrorID() common.Hash {
	return common.HexToHash("0x75519590c5daca8cddf322c497a789aae73f394caf87562bff7c7942d25eafca")
}

// UnpackKeyNotOnCurveError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error KeyNotOnCurve(uint256 index)
func (cometAnchor *CometAnchor) UnpackKeyNotOnCurveError(raw []byte) (*CometAnchorKeyNotOnCurve, error) {
	out := new(CometAnchorKeyNotOnCurve)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "KeyNotOnCurve", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorMalformedKeys represents a MalformedKeys error raised by the CometAnchor contract.
type CometAnchorMalformedKeys struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedKeys(uint256 length)
func CometAnchorMalformedKeysErrorID() common.Hash {
	return common.HexToHash("0x89838fb412a931939bedcd36996a62945f1d34b038b1d0add68a18e9106fdafa")
}

// UnpackMalformedKeysError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedKeys(uint256 length)
func (cometAnchor *CometAnchor) UnpackMalformedKeysError(raw []byte) (*CometAnchorMalformedKeys, error) {
	out := new(CometAnchorMalformedKeys)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "MalformedKeys", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorMalformedSignatures represents a MalformedSignatures error raised by the CometAnchor contract.
type CometAnchorMalformedSignatures struct {
	Left *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedSignatures(uint256 left)
func CometAnchorMalformedSignaturesErrorID() common.Hash {
	return common.HexToHash("0x2208c6294dd86c318abc5df0632aed3e704d538d181fa8e0c4f290acb2ea872d")
}

// UnpackMalformedSignaturesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedSignatures(uint256 left)
func (cometAnchor *CometAnchor) UnpackMalformedSignaturesError(raw []byte) (*CometAnchorMalformedSignatures, error) {
	out := new(CometAnchorMalformedSignatures)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "MalformedSignatures", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorNoFork represents a NoFork error raised by the CometAnchor contract.
type CometAnchorNoFork struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoFork()
func CometAnchorNoForkErrorID() common.Hash {
	return common.HexToHash("0x6ba03b5c33dd0f9b19906ee4505f6e5c64a57c38ac53403499bbf915693424f1")
}

// UnpackNoForkError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoFork()
func (cometAnchor *CometAnchor) UnpackNoForkError(raw []byte) (*CometAnchorNoFork, error) {
	out := new(CometAnchorNoFork)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "NoFork", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorNotAnchored represents a NotAnchored error raised by the CometAnchor contract.
type CometAnchorNotAnchored struct {
	Height uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAnchored(uint64 height)
func CometAnchorNotAnchoredErrorID() common.Hash {
	return common.HexToHash("0x8c24786141eb8468fa4757c8aedb5014e83361e9777ad8d99c092424b2551cc7")
}

// UnpackNotAnchoredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAnchored(uint64 height)
func (cometAnchor *CometAnchor) UnpackNotAnchoredError(raw []byte) (*CometAnchorNotAnchored, error) {
	out := new(CometAnchorNotAnchored)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "NotAnchored", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorNotEnoughPower represents a NotEnoughPower error raised by the CometAnchor contract.
type CometAnchorNotEnoughPower struct {
	Signed *big.Int
	Total  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotEnoughPower(uint256 signed, uint256 total)
func CometAnchorNotEnoughPowerErrorID() common.Hash {
	return common.HexToHash("0x2818471e89747c07a734bd246a38b5c4b17e3d94e5a91fc9484cbaeff1d5568f")
}

// UnpackNotEnoughPowerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotEnoughPower(uint256 signed, uint256 total)
func (cometAnchor *CometAnchor) UnpackNotEnoughPowerError(raw []byte) (*CometAnchorNotEnoughPower, error) {
	out := new(CometAnchorNotEnoughPower)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "NotEnoughPower", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorOutOfOffice represents a OutOfOffice error raised by the CometAnchor contract.
type CometAnchorOutOfOffice struct {
	Height uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error OutOfOffice(uint64 height)
func CometAnchorOutOfOfficeErrorID() common.Hash {
	return common.HexToHash("0xcfe4304066a8cc3c6046ff876201b8cd587db9c13b5292491f530ae06bf96d8e")
}

// UnpackOutOfOfficeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error OutOfOffice(uint64 height)
func (cometAnchor *CometAnchor) UnpackOutOfOfficeError(raw []byte) (*CometAnchorOutOfOffice, error) {
	out := new(CometAnchorOutOfOffice)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "OutOfOffice", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorPowerOverflow represents a PowerOverflow error raised by the CometAnchor contract.
type CometAnchorPowerOverflow struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PowerOverflow()
func CometAnchorPowerOverflowErrorID() common.Hash {
	return common.HexToHash("0x7d29c2624553fdf2b52439a4492b169d7d06c1ba572540be2afaa920f13427b8")
}

// UnpackPowerOverflowError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PowerOverflow()
func (cometAnchor *CometAnchor) UnpackPowerOverflowError(raw []byte) (*CometAnchorPowerOverflow, error) {
	out := new(CometAnchorPowerOverflow)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "PowerOverflow", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorSetChanges represents a SetChanges error raised by the CometAnchor contract.
type CometAnchorSetChanges struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SetChanges()
func CometAnchorSetChangesErrorID() common.Hash {
	return common.HexToHash("0xe63f2c62de1fefe79a9bdcac819813a53fbe32113e719aeba68ed6e3d99bb666")
}

// UnpackSetChangesError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SetChanges()
func (cometAnchor *CometAnchor) UnpackSetChangesError(raw []byte) (*CometAnchorSetChanges, error) {
	out := new(CometAnchorSetChanges)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "SetChanges", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorSetUnchanged represents a SetUnchanged error raised by the CometAnchor contract.
type CometAnchorSetUnchanged struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SetUnchanged()
func CometAnchorSetUnchangedErrorID() common.Hash {
	return common.HexToHash("0x7e11635301131006a93412a4b37067fa95637d8e23f12d2de1dc36917dfb048f")
}

// UnpackSetUnchangedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SetUnchanged()
func (cometAnchor *CometAnchor) UnpackSetUnchangedError(raw []byte) (*CometAnchorSetUnchanged, error) {
	out := new(CometAnchorSetUnchanged)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "SetUnchanged", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorSignatureNotCanonical represents a SignatureNotCanonical error raised by the CometAnchor contract.
type CometAnchorSignatureNotCanonical struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SignatureNotCanonical(uint256 index)
func CometAnchorSignatureNotCanonicalErrorID() common.Hash {
	return common.HexToHash("0xa7f46e4a752a6f7139f955236071571f94af532dcb4eb04aa7a26a1958e886b2")
}

// UnpackSignatureNotCanonicalError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SignatureNotCanonical(uint256 index)
func (cometAnchor *CometAnchor) UnpackSignatureNotCanonicalError(raw []byte) (*CometAnchorSignatureNotCanonical, error) {
	out := new(CometAnchorSignatureNotCanonical)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "SignatureNotCanonical", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorSignerOutOfOrder represents a SignerOutOfOrder error raised by the CometAnchor contract.
type CometAnchorSignerOutOfOrder struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SignerOutOfOrder(uint256 index)
func CometAnchorSignerOutOfOrderErrorID() common.Hash {
	return common.HexToHash("0x358e15a8ee6132467711b02c630fb233b0d532c18ea6851360459b3fc55ea388")
}

// UnpackSignerOutOfOrderError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SignerOutOfOrder(uint256 index)
func (cometAnchor *CometAnchor) UnpackSignerOutOfOrderError(raw []byte) (*CometAnchorSignerOutOfOrder, error) {
	out := new(CometAnchorSignerOutOfOrder)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "SignerOutOfOrder", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorSignerOutOfRange represents a SignerOutOfRange error raised by the CometAnchor contract.
type CometAnchorSignerOutOfRange struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error SignerOutOfRange(uint256 index)
func CometAnchorSignerOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0x2d17323c1d1431276ea88c44149ccaa6b82aafbe61398ac11d102f35120a71b2")
}

// UnpackSignerOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error SignerOutOfRange(uint256 index)
func (cometAnchor *CometAnchor) UnpackSignerOutOfRangeError(raw []byte) (*CometAnchorSignerOutOfRange, error) {
	out := new(CometAnchorSignerOutOfRange)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "SignerOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorTimeAhead represents a TimeAhead error raised by the CometAnchor contract.
type CometAnchorTimeAhead struct {
	Time  uint64
	Limit *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TimeAhead(uint64 time, uint256 limit)
func CometAnchorTimeAheadErrorID() common.Hash {
	return common.HexToHash("0x0b3c77332cda915f062390ed864152a539e7176122c50b57fe83dbab73a20ffa")
}

// UnpackTimeAheadError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TimeAhead(uint64 time, uint256 limit)
func (cometAnchor *CometAnchor) UnpackTimeAheadError(raw []byte) (*CometAnchorTimeAhead, error) {
	out := new(CometAnchorTimeAhead)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "TimeAhead", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorTimeBeforeLatest represents a TimeBeforeLatest error raised by the CometAnchor contract.
type CometAnchorTimeBeforeLatest struct {
	Time   uint64
	Latest uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TimeBeforeLatest(uint64 time, uint64 latest)
func CometAnchorTimeBeforeLatestErrorID() common.Hash {
	return common.HexToHash("0xbebbb6cd1188f714623fc5d0c61d70fc772963b36c803468f5a5e26b699a2992")
}

// UnpackTimeBeforeLatestError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TimeBeforeLatest(uint64 time, uint64 latest)
func (cometAnchor *CometAnchor) UnpackTimeBeforeLatestError(raw []byte) (*CometAnchorTimeBeforeLatest, error) {
	out := new(CometAnchorTimeBeforeLatest)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "TimeBeforeLatest", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorTrustExpired represents a TrustExpired error raised by the CometAnchor contract.
type CometAnchorTrustExpired struct {
	End *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error TrustExpired(uint256 end)
func CometAnchorTrustExpiredErrorID() common.Hash {
	return common.HexToHash("0x99e2a8f85ec31b189b79de095e1ce6270937e0120689d2d839461d592fd9f2c3")
}

// UnpackTrustExpiredError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error TrustExpired(uint256 end)
func (cometAnchor *CometAnchor) UnpackTrustExpiredError(raw []byte) (*CometAnchorTrustExpired, error) {
	out := new(CometAnchorTrustExpired)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "TrustExpired", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorWrongCallLength represents a WrongCallLength error raised by the CometAnchor contract.
type CometAnchorWrongCallLength struct {
	Got  *big.Int
	Want *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongCallLength(uint256 got, uint256 want)
func CometAnchorWrongCallLengthErrorID() common.Hash {
	return common.HexToHash("0xbd73beb7f523ec11a67dfdceee5a5288f82b165510f5c2540ba8e9df8fc9e61b")
}

// UnpackWrongCallLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongCallLength(uint256 got, uint256 want)
func (cometAnchor *CometAnchor) UnpackWrongCallLengthError(raw []byte) (*CometAnchorWrongCallLength, error) {
	out := new(CometAnchorWrongCallLength)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "WrongCallLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorWrongKeys represents a WrongKeys error raised by the CometAnchor contract.
type CometAnchorWrongKeys struct {
	Got  [32]byte
	Want [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongKeys(bytes32 got, bytes32 want)
func CometAnchorWrongKeysErrorID() common.Hash {
	return common.HexToHash("0x613e29446eb98dc76ab94acd266ca921bc3ff78501b43d604aae3dc3c2d21b48")
}

// UnpackWrongKeysError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongKeys(bytes32 got, bytes32 want)
func (cometAnchor *CometAnchor) UnpackWrongKeysError(raw []byte) (*CometAnchorWrongKeys, error) {
	out := new(CometAnchorWrongKeys)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "WrongKeys", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorWrongSet represents a WrongSet error raised by the CometAnchor contract.
type CometAnchorWrongSet struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSet()
func CometAnchorWrongSetErrorID() common.Hash {
	return common.HexToHash("0x3f7fba4c3abea477c91867df55620372c825f388b031d4b491dc013d72b8ae07")
}

// UnpackWrongSetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSet()
func (cometAnchor *CometAnchor) UnpackWrongSetError(raw []byte) (*CometAnchorWrongSet, error) {
	out := new(CometAnchorWrongSet)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "WrongSet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorWrongSignature represents a WrongSignature error raised by the CometAnchor contract.
type CometAnchorWrongSignature struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSignature(uint256 index)
func CometAnchorWrongSignatureErrorID() common.Hash {
	return common.HexToHash("0x3f109cf17e32ef676ade6ad06ff82c6c35dae7d4da3bea463241ec17a07584f9")
}

// UnpackWrongSignatureError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSignature(uint256 index)
func (cometAnchor *CometAnchor) UnpackWrongSignatureError(raw []byte) (*CometAnchorWrongSignature, error) {
	out := new(CometAnchorWrongSignature)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "WrongSignature", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// CometAnchorZeroPower represents a ZeroPower error raised by the CometAnchor contract.
type CometAnchorZeroPower struct {
	Index *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error ZeroPower(uint256 index)
func CometAnchorZeroPowerErrorID() common.Hash {
	return common.HexToHash("0xa2ebd86ccfd21b1a7e7c66ea7438d72066d18262607927dbe92dbd22ab2925ec")
}

// UnpackZeroPowerError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error ZeroPower(uint256 index)
func (cometAnchor *CometAnchor) UnpackZeroPowerError(raw []byte) (*CometAnchorZeroPower, error) {
	out := new(CometAnchorZeroPower)
	if err := cometAnchor.abi.UnpackIntoInterface(out, "ZeroPower", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryMetaData contains all meta data concerning the ResultRegistry contract.
var ResultRegistryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIAppHashes\",\"name\":\"anchor_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"}],\"name\":\"AlreadyProved\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidKey\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"MalformedPath\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"MalformedRecord\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotANode\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"}],\"name\":\"NotProved\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"root\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"}],\"name\":\"WrongProof\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSide\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"},{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"anchored\",\"type\":\"uint64\"},{\"components\":[{\"internalType\":\"uint256[]\",\"name\":\"cells\",\"type\":\"uint256[]\"},{\"internalType\":\"uint256\",\"name\":\"columns\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"weight\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"votes\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"overwritten\",\"type\":\"uint64\"}],\"indexed\":false,\"internalType\":\"structResult\",\"name\":\"result\",\"type\":\"tuple\"}],\"name\":\"ResultProved\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"anchor\",\"outputs\":[{\"internalType\":\"contractIAppHashes\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"anchored\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"record\",\"type\":\"bytes\"},{\"internalType\":\"uint64\",\"name\":\"version\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"path\",\"type\":\"bytes\"}],\"name\":\"prove\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"}],\"name\":\"result\",\"outputs\":[{\"components\":[{\"internalType\":\"uint256[]\",\"name\":\"cells\",\"type\":\"uint256[]\"},{\"internalType\":\"uint256\",\"name\":\"columns\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"weight\",\"type\":\"uint256\"},{\"internalType\":\"uint64\",\"name\":\"votes\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"overwritten\",\"type\":\"uint64\"}],\"internalType\":\"structResult\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "ResultRegistry",
	Bin: "0x60a03461007e57601f6111cf38819003918201601f19168301916001600160401b038311848410176100825780849260209460405283398101031261007e57516001600160a01b038116810361007e5760805260405161113890816100978239608051818181606b015281816101390152818161056a0152610ade0152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe6080806040526004361015610012575f80fd5b5f905f3560e01c908163158f46051461026b5750806339a926c4146100925763d3fb73b41461003f575f80fd5b3461008f578060031936011261008f57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b80fd5b503461008f57602036600319011261008f57600435906100b0610d2d565b508181528060205260408120916040519283838254926100cf84610c5d565b80845293600181169081156102495750600114610208575b506100f492500384610cc5565b8251156101dc575061010582610d69565b60c01c906040519163fb1da0fd60e01b8352600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa9081156101d0575061019a575b61019661018a836040519061017c82610c95565b815260086020820152610df0565b60405191829182610be4565b0390f35b6020813d6020116101c8575b816101b360209383610cc5565b810103126101c4575061018a610168565b5f80fd5b3d91506101a6565b604051903d90823e3d90fd5b602492507f4695f1cb000000000000000000000000000000000000000000000000000000008252600452fd5b85525060208420909184915b81831061022d5750509060206100f4928201015f6100e7565b6020919350806001915483858a01015201910190918592610214565b9050602092506100f494915060ff191682840152151560051b8201015f6100e7565b9050346101c45760a03660031901126101c4576004356024359167ffffffffffffffff8316928381036101c45760443567ffffffffffffffff81116101c4576102b8903690600401610bb6565b9260643567ffffffffffffffff811681036101c45760843567ffffffffffffffff81116101c4576102ed903690600401610bb6565b919092875f525f60205260405f20815f82549261030984610c5d565b8084529360018116908115610b945750600114610b50575b5061032e92500382610cc5565b805115159081610a88575b50610a5c5760405190602082017f720000000000000000000000000000000000000000000000000000000000000081528860218401526021835261037e604184610cc5565b60205f8161038d368c8b610ce7565b604051918183925191829101835e8101838152039060025afa156109d8575f5191835180158015610a52575b610a27575060011b6801fffffffffffffffe67fffffffffffffffe8216911681036109e3575f915f945b607f67ffffffffffffffff8416116109f7577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff841684036109e3578360031b60f80360f881116109e3576020965f9660226105139560219560017e020000000000000000000000000000000000000000000000000000000000009a8197604051978f67ffffffffffffffff908a019d169060081b17901b8b528d875261048a604088610cc5565b0185528051907fff000000000000000000000000000000000000000000000000000000000000006040519a8b978f89019d8e52518091878a015e87019260f81b1684830152518092602383015e0101907f200000000000000000000000000000000000000000000000000000000000000084830152600282015203016001810184520182610cc5565b604051918291518091835e8101838152039060025afa156109d8575f5191815b6108c05750506040519063fb1da0fd60e01b825286600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa9182156108b5578892610881575b508181036108535750506105af368483610ce7565b906105b8610d2d565b50604051936105c685610c95565b6020850192888452855260016105db86610fdf565b0361082b576105e985610df0565b948351936105f682610f4b565b5061060082611009565b5061060a82611009565b5061061482610f4b565b5061061e82610fdf565b5061062882610f4b565b50519051510361082b57826001116108275782116108235777ffffffffffffffffffffffffffffffffffffffffffffffff19926106949260279260405195869360c01b16602084015260015f19830191016028840137810188838201520301601f198101835282610cc5565b82855284602052604085209080519067ffffffffffffffff821161080f576106bc8354610c5d565b601f81116107bd575b50602090601f831160011461073557918061072494927f38488424e239f8d9bd065e97fe19d7c64f9fbacdc9ca33a4d3d1fcb0bcedb4a296948a9261072a575b50508160011b915f199060031b1c191617905560405191829182610be4565b0390a380f35b015190505f80610705565b8388528188209190601f198416895b8181106107a557509260019285927f38488424e239f8d9bd065e97fe19d7c64f9fbacdc9ca33a4d3d1fcb0bcedb4a2989661072498961061078d575b505050811b01905561018a565b01515f1960f88460031b161c191690555f8080610780565b92936020600181928786015181550195019301610744565b828111156106c55783885260208820601f840160051c9060208510610807575b81601f9101920160051c0390885b8281106107f95750506106c5565b808a600192840155016107eb565b8991506107dd565b602487634e487b7160e01b81526041600452fd5b8680fd5b8780fd5b6004887fffd6eb57000000000000000000000000000000000000000000000000000000008152fd5b7f0bae038a000000000000000000000000000000000000000000000000000000008852600452602452604486fd5b9091506020813d6020116108ad575b8161089d60209383610cc5565b810103126101c45751905f61059a565b3d9150610890565b6040513d8a823e3d90fd5b809892919835831a90607f8216928360010180600111806109c45760218601968783116109b057878e106109885780610960575090839291868e9695019d60018f013595607f105f1461094057506101c45784106101c45783928560016109279401611086565b93116101c4575f98919003602019019060210181610533565b92949290911190506101c457839285600161095b9401611086565b610927565b807fa9e46fb80000000000000000000000000000000000000000000000000000000060049252fd5b807fd6c3bc100000000000000000000000000000000000000000000000000000000060049252fd5b80634e487b7160e01b602492526011600452fd5b602487634e487b7160e01b81526011600452fd5b6040513d5f823e3d90fd5b634e487b7160e01b5f52601160045260245ffd5b60089590951b607f8316176080179491925f1981146109e3576001019260071c6701ffffffffffffff16916103e3565b7fe938ac38000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50607f81116103b9565b867f41918a0d000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b610a929150610d69565b60c01c604051907fff50fc88000000000000000000000000000000000000000000000000000000008252600482015260208160248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa9081156109d8575f91610b15575b505f610339565b90506020813d602011610b48575b81610b3060209383610cc5565b810103126101c4575180151581036101c4575f610b0e565b3d9150610b23565b90505f9291925260205f20905f915b818310610b7857505090602061032e928201015f610321565b6020919350806001915483858801015201910190918392610b5f565b90506020925061032e94915060ff191682840152151560051b8201015f610321565b9181601f840112156101c45782359167ffffffffffffffff83116101c457602083818601950101116101c457565b6020815260c081019180519260a060208401528351809152602060e084019401905f5b818110610c475750505067ffffffffffffffff608082602060a0940151604086015260408101516060860152826060820151168286015201511691015290565b8251865260209586019590920191600101610c07565b90600182811c92168015610c8b575b6020831014610c7757565b634e487b7160e01b5f52602260045260245ffd5b91607f1691610c6c565b6040810190811067ffffffffffffffff821117610cb157604052565b634e487b7160e01b5f52604160045260245ffd5b90601f8019910116810190811067ffffffffffffffff821117610cb157604052565b92919267ffffffffffffffff8211610cb15760405191610d11601f8201601f191660200184610cc5565b8294818452818301116101c4578281602093845f960137010152565b6040519060a0820182811067ffffffffffffffff821117610cb1576040525f608083606081528260208201528260408201528260608201520152565b906020825192015177ffffffffffffffffffffffffffffffffffffffffffffffff1981169260088110610d9a575050565b77ffffffffffffffffffffffffffffffffffffffffffffffff19929350829060080360031b1b161690565b818102929181159184041417156109e357565b67ffffffffffffffff8111610cb15760051b60200190565b610df8610d2d565b906001610e0482610fdf565b03610f165767ffffffffffffffff610e1b82610f4b565b169167ffffffffffffffff610e2f83610f4b565b1692610e3b8482610dc5565b83515110610f165783610e4d91610dc5565b93610e5785610dd8565b94610e656040519687610cc5565b808652610e74601f1991610dd8565b013660208701375f5b8551811015610ec957610e98610e9285610fdf565b85611030565b908651811015610eb55760019160208260051b8901015201610e7d565b634e487b7160e01b5f52603260045260245ffd5b50929167ffffffffffffffff92610f0e929586526020860152610ef4610eee82610fdf565b82611030565b604086015282610f0382610f4b565b166060860152610f4b565b166080830152565b7fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b919082018092116109e357565b905f5f5b60468110610f7f577fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b6080610f8a85610fdf565b92607f8416831b179210610fb8576007810180911115610f4f57634e487b7160e01b5f52601160045260245ffd5b5090915067ffffffffffffffff8111610fd85767ffffffffffffffff1690565b8080610f16565b60208151910190815190600182018083116109e35781518111610f16576020935201015160f81c90565b60208151910190815190602082018083116109e35781518111610f16576020935201015190565b602081519101805190602084118015611073575b610f16576110528483610f3e565b9052821561106c576020910101519060031b610100031c90565b5050505f90565b5061107e8483610f3e565b835110611044565b909291831580811561112d575b81156110fc575b506110d457835f9360226042936020976040519687378386019088825360018201528760218201530152019060025afa156101c4575f5190565b7fb00aa73b000000000000000000000000000000000000000000000000000000005f5260045ffd5b9050610eb5577fff00000000000000000000000000000000000000000000000000000000000000823516155f61109a565b601e8611915061109356",
}

// ResultRegistry is an auto generated Go binding around an Ethereum contract.
type ResultRegistry struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *ResultRegistry) GetABI() abi.ABI {
	return c.abi
}

// NewResultRegistry creates a new instance of ResultRegistry.
func NewResultRegistry() *ResultRegistry {
	parsed, err := ResultRegistryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &ResultRegistry{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *ResultRegistry) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address anchor_) returns()
func (resultRegistry *ResultRegistry) PackConstructor(anchor_ common.Address) []byte {
	enc, err := resultRegistry.abi.Pack("", anchor_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3fb73b4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function anchor() view returns(address)
func (resultRegistry *ResultRegistry) PackAnchor() []byte {
	enc, err := resultRegistry.abi.Pack("anchor")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3fb73b4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function anchor() view returns(address)
func (resultRegistry *ResultRegistry) TryPackAnchor() ([]byte, error) {
	return resultRegistry.abi.Pack("anchor")
}

// UnpackAnchor is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd3fb73b4.
//
// Solidity: function anchor() view returns(address)
func (resultRegistry *ResultRegistry) UnpackAnchor(data []byte) (common.Address, error) {
	out, err := resultRegistry.abi.Unpack("anchor", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackProve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x158f4605.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function prove(bytes32 election, uint64 anchored, bytes record, uint64 version, bytes path) returns()
func (resultRegistry *ResultRegistry) PackProve(election [32]byte, anchored uint64, record []byte, version uint64, path []byte) []byte {
	enc, err := resultRegistry.abi.Pack("prove", election, anchored, record, version, path)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackProve is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x158f4605.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function prove(bytes32 election, uint64 anchored, bytes record, uint64 version, bytes path) returns()
func (resultRegistry *ResultRegistry) TryPackProve(election [32]byte, anchored uint64, record []byte, version uint64, path []byte) ([]byte, error) {
	return resultRegistry.abi.Pack("prove", election, anchored, record, version, path)
}

// PackResult is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x39a926c4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function result(bytes32 election) view returns((uint256[],uint256,uint256,uint64,uint64))
func (resultRegistry *ResultRegistry) PackResult(election [32]byte) []byte {
	enc, err := resultRegistry.abi.Pack("result", election)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackResult is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x39a926c4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function result(bytes32 election) view returns((uint256[],uint256,uint256,uint64,uint64))
func (resultRegistry *ResultRegistry) TryPackResult(election [32]byte) ([]byte, error) {
	return resultRegistry.abi.Pack("result", election)
}

// UnpackResult is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x39a926c4.
//
// Solidity: function result(bytes32 election) view returns((uint256[],uint256,uint256,uint64,uint64))
func (resultRegistry *ResultRegistry) UnpackResult(data []byte) (Result, error) {
	out, err := resultRegistry.abi.Unpack("result", data)
	if err != nil {
		return *new(Result), err
	}
	out0 := *abi.ConvertType(out[0], new(Result)).(*Result)
	return out0, nil
}

// ResultRegistryResultProved represents a ResultProved event raised by the ResultRegistry contract.
type ResultRegistryResultProved struct {
	Election [32]byte
	Anchored uint64
	Result   Result
	Raw      *types.Log // Blockchain specific contextual infos
}

const ResultRegistryResultProvedEventName = "ResultProved"

// ContractEventName returns the user-defined event name.
func (ResultRegistryResultProved) ContractEventName() string {
	return ResultRegistryResultProvedEventName
}

// UnpackResultProvedEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event ResultProved(bytes32 indexed election, uint64 indexed anchored, (uint256[],uint256,uint256,uint64,uint64) result)
func (resultRegistry *ResultRegistry) UnpackResultProvedEvent(log *types.Log) (*ResultRegistryResultProved, error) {
	event := "ResultProved"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != resultRegistry.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(ResultRegistryResultProved)
	if len(log.Data) > 0 {
		if err := resultRegistry.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range resultRegistry.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (resultRegistry *ResultRegistry) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["AlreadyProved"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackAlreadyProvedError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["InvalidKey"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackInvalidKeyError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["MalformedPath"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackMalformedPathError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["MalformedRecord"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackMalformedRecordError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["NotANode"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackNotANodeError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["NotProved"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackNotProvedError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["WrongProof"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackWrongProofError(raw[4:])
	}
	if bytes.Equal(raw[:4], resultRegistry.abi.Errors["WrongSide"].ID.Bytes()[:4]) {
		return resultRegistry.UnpackWrongSideError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// ResultRegistryAlreadyProved represents a AlreadyProved error raised by the ResultRegistry contract.
type ResultRegistryAlreadyProved struct {
	Election [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error AlreadyProved(bytes32 election)
func ResultRegistryAlreadyProvedErrorID() common.Hash {
	return common.HexToHash("0x41918a0d0c874ef1105eda3d26575eb5d77cb3c41605eff39db894a95ef9b525")
}

// UnpackAlreadyProvedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error AlreadyProved(bytes32 election)
func (resultRegistry *ResultRegistry) UnpackAlreadyProvedError(raw []byte) (*ResultRegistryAlreadyProved, error) {
	out := new(ResultRegistryAlreadyProved)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "AlreadyProved", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryInvalidKey represents a InvalidKey error raised by the ResultRegistry contract.
type ResultRegistryInvalidKey struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidKey(uint256 length)
func ResultRegistryInvalidKeyErrorID() common.Hash {
	return common.HexToHash("0xe938ac382c26132aa5fe4af2c5e9ee88093da80920d00cf75ecb3ea33e4dd494")
}

// UnpackInvalidKeyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidKey(uint256 length)
func (resultRegistry *ResultRegistry) UnpackInvalidKeyError(raw []byte) (*ResultRegistryInvalidKey, error) {
	out := new(ResultRegistryInvalidKey)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "InvalidKey", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryMalformedPath represents a MalformedPath error raised by the ResultRegistry contract.
type ResultRegistryMalformedPath struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedPath()
func ResultRegistryMalformedPathErrorID() common.Hash {
	return common.HexToHash("0xd6c3bc107eef83b8b04413a351dfefde20c3fb502fa06bf319c327cc232ad475")
}

// UnpackMalformedPathError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedPath()
func (resultRegistry *ResultRegistry) UnpackMalformedPathError(raw []byte) (*ResultRegistryMalformedPath, error) {
	out := new(ResultRegistryMalformedPath)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "MalformedPath", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryMalformedRecord represents a MalformedRecord error raised by the ResultRegistry contract.
type ResultRegistryMalformedRecord struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedRecord()
func ResultRegistryMalformedRecordErrorID() common.Hash {
	return common.HexToHash("0xffd6eb57deb1b6f2944ab4d79eddf613dfababecce40840ce22a532d84c8f658")
}

// UnpackMalformedRecordError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedRecord()
func (resultRegistry *ResultRegistry) UnpackMalformedRecordError(raw []byte) (*ResultRegistryMalformedRecord, error) {
	out := new(ResultRegistryMalformedRecord)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "MalformedRecord", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryNotANode represents a NotANode error raised by the ResultRegistry contract.
type ResultRegistryNotANode struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotANode()
func ResultRegistryNotANodeErrorID() common.Hash {
	return common.HexToHash("0xb00aa73b2c8e5fc954dd98a7805fe2de553ec6b15580e4f1bcc0a7c75ec6c2a0")
}

// UnpackNotANodeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotANode()
func (resultRegistry *ResultRegistry) UnpackNotANodeError(raw []byte) (*ResultRegistryNotANode, error) {
	out := new(ResultRegistryNotANode)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "NotANode", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryNotProved represents a NotProved error raised by the ResultRegistry contract.
type ResultRegistryNotProved struct {
	Election [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotProved(bytes32 election)
func ResultRegistryNotProvedErrorID() common.Hash {
	return common.HexToHash("0x4695f1cba4dba428132ab365231938251e6b912e6eb7c3cc5d1a0e718ae7f5de")
}

// UnpackNotProvedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotProved(bytes32 election)
func (resultRegistry *ResultRegistry) UnpackNotProvedError(raw []byte) (*ResultRegistryNotProved, error) {
	out := new(ResultRegistryNotProved)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "NotProved", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryWrongProof represents a WrongProof error raised by the ResultRegistry contract.
type ResultRegistryWrongProof struct {
	Root    [32]byte
	AppHash [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongProof(bytes32 root, bytes32 appHash)
func ResultRegistryWrongProofErrorID() common.Hash {
	return common.HexToHash("0x0bae038af418545fd1468513d16bb8cee7124b08f8674de1b15e84141da78c71")
}

// UnpackWrongProofError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongProof(bytes32 root, bytes32 appHash)
func (resultRegistry *ResultRegistry) UnpackWrongProofError(raw []byte) (*ResultRegistryWrongProof, error) {
	out := new(ResultRegistryWrongProof)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "WrongProof", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// ResultRegistryWrongSide represents a WrongSide error raised by the ResultRegistry contract.
type ResultRegistryWrongSide struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSide()
func ResultRegistryWrongSideErrorID() common.Hash {
	return common.HexToHash("0xa9e46fb80a70e8172ff20f03b1f590d264b33d29a266512c993034cc2488aca9")
}

// UnpackWrongSideError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSide()
func (resultRegistry *ResultRegistry) UnpackWrongSideError(raw []byte) (*ResultRegistryWrongSide, error) {
	out := new(ResultRegistryWrongSide)
	if err := resultRegistry.abi.UnpackIntoInterface(out, "WrongSide", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsMetaData contains all meta data concerning the StateProofs contract.
var StateProofsMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIAppHashes\",\"name\":\"anchor_\",\"type\":\"address\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidKey\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"MalformedPath\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"MalformedRecord\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotANode\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotBetween\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"position\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"size\",\"type\":\"uint64\"}],\"name\":\"PositionOutOfRange\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"WrongPathLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"root\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"}],\"name\":\"WrongProof\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSide\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"root\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"logRoot\",\"type\":\"bytes32\"}],\"name\":\"WrongVoteProof\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"anchor\",\"outputs\":[{\"internalType\":\"contractIAppHashes\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"anchored\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"key\",\"type\":\"bytes\"},{\"components\":[{\"components\":[{\"internalType\":\"bytes\",\"name\":\"key\",\"type\":\"bytes\"},{\"internalType\":\"bytes32\",\"name\":\"valueHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"version\",\"type\":\"uint64\"}],\"internalType\":\"structIavl.Neighbour\",\"name\":\"left\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"bytes\",\"name\":\"key\",\"type\":\"bytes\"},{\"internalType\":\"bytes32\",\"name\":\"valueHash\",\"type\":\"bytes32\"},{\"internalType\":\"uint64\",\"name\":\"version\",\"type\":\"uint64\"}],\"internalType\":\"structIavl.Neighbour\",\"name\":\"right\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"leftPath\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"rightPath\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"meeting\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"path\",\"type\":\"bytes\"}],\"internalType\":\"structIavl.Absence\",\"name\":\"proof\",\"type\":\"tuple\"}],\"name\":\"requireAbsent\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"anchored\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"key\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"record\",\"type\":\"bytes\"},{\"internalType\":\"uint64\",\"name\":\"version\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"path\",\"type\":\"bytes\"}],\"name\":\"requireRecord\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"anchored\",\"type\":\"uint64\"},{\"internalType\":\"bytes32\",\"name\":\"election\",\"type\":\"bytes32\"},{\"internalType\":\"bytes\",\"name\":\"log\",\"type\":\"bytes\"},{\"internalType\":\"uint64\",\"name\":\"version\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"path\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"vote\",\"type\":\"bytes\"},{\"internalType\":\"uint64\",\"name\":\"position\",\"type\":\"uint64\"},{\"internalType\":\"bytes32[]\",\"name\":\"votePath\",\"type\":\"bytes32[]\"}],\"name\":\"requireVote\",\"outputs\":[],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "StateProofs",
	Bin: "0x60a034606c57601f6112d538819003918201601f19168301916001600160401b03831184841017607057808492602094604052833981010312606c57516001600160a01b0381168103606c5760805260405161125090816100858239608051818181607101526107be0152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f3560e01c806308cc160e146104c25780632dcee14f1461044457806331855c14146100995763d3fb73b414610045575f80fd5b34610095575f36600319011261009557602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b5f80fd5b3461009557610100366003190112610095576100b3610564565b60443567ffffffffffffffff8111610095576100d39036906004016105fa565b916100dc61057b565b9060843567ffffffffffffffff8111610095576100fd9036906004016105fa565b91909260a43567ffffffffffffffff8111610095576101209036906004016105fa565b95909660c4359367ffffffffffffffff85168095036100955760e4359567ffffffffffffffff871161009557366023880112156100955786600401359767ffffffffffffffff8911610095576024880197602436918b60051b010111610095576101d79584866101d095604051907f6c0000000000000000000000000000000000000000000000000000000000000060208301526024356021830152602182526101cb604183610592565b610628565b36916105b4565b93604051956040870187811067ffffffffffffffff8211176104305760405260208701955f87528752600161020b88610ddd565b03610408578651865160208101918282116103c657805183116104085760209289520101519661023a81610e07565b9661024482610e07565b5051905151036104085761025d5f9160209336916105b4565b604051908282538051848201600184015e516001019060025afa156100955767ffffffffffffffff5f51941690818110156103da57905f190167ffffffffffffffff81116103c65767ffffffffffffffff16915f91905b84831061030c575050506102fa57508181036102cc57005b7f92eadb8c000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b632faab97560e01b5f5260045260245ffd5b9195929485949194156103b35760018086161480156103aa575b15610385576103439061033d888486999896610e9b565b35611229565b915b60018116158061037c575b156103625760011c9360011c93610345565b60019096939695919492955b811c92811c930191906102b4565b50801515610350565b6103a460019161039d89858796999a979b989b610e9b565b3590611229565b9561036e565b50858514610326565b50632faab97560e01b5f5260045260245ffd5b634e487b7160e01b5f52601160045260245ffd5b7f345b1abf000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b634e487b7160e01b5f52604160045260245ffd5b346100955760603660031901126100955761045d610564565b60243567ffffffffffffffff81116100955761047d9036906004016105fa565b91906044359267ffffffffffffffff84116100955760c06003198536030112610095576104b66104bb926104c0956004019236916105b4565b6108a4565b61076b565b005b346100955760a0366003190112610095576104db610564565b60243567ffffffffffffffff811161009557366023820112156100955761050c9036906024816004013591016105b4565b60443567ffffffffffffffff81116100955761052c9036906004016105fa565b61053793919361057b565b906084359467ffffffffffffffff86116100955761055c6104c09636906004016105fa565b959094610628565b6004359067ffffffffffffffff8216820361009557565b6064359067ffffffffffffffff8216820361009557565b90601f8019910116810190811067ffffffffffffffff82111761043057604052565b92919267ffffffffffffffff821161043057604051916105de601f8201601f191660200184610592565b829481845281830111610095578281602093845f960137010152565b9181601f840112156100955782359167ffffffffffffffff8311610095576020838186019501011161009557565b9493929161063b919297969736916105b4565b9160205f818195604051918183925191829101835e8101838152039060025afa15610760575f5161066b92610ebf565b9194805b61068257505061068092935061076b565b565b60018635831a607f81168083019283109594928661074c57602182019384821161073857848610610729578061071557505f96607f6001848d01013594115f146106f357610095578410610095576106e99484926106e39260018c0161118f565b97611090565b909491908061066f565b509194918410610095576106e99484926107109260018c0161118f565b6106e3565b80634e487b7160e01b602492526021600452fd5b80630d6c3bc160e41b60049252fd5b80634e487b7160e01b602492526011600452fd5b602484634e487b7160e01b81526011600452fd5b6040513d5f823e3d90fd5b67ffffffffffffffff604051927ffb1da0fd00000000000000000000000000000000000000000000000000000000845216600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa918215610760575f92610828575b508181036107fa575050565b7f0bae038a000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b9091506020813d602011610854575b8161084460209383610592565b810103126100955751905f6107ee565b3d9150610837565b903590605e1981360301821215610095570190565b903590601e1981360301821215610095570180359067ffffffffffffffff82116100955760200191813603831361009557565b5f906108b96108b3848061085c565b80610871565b9050151560208401916108cf6108b3848761085c565b90501515908280610dbd575b610d7357819081610d9b575b50610d7357819081610d6b575b50610b2a578015610b165761090c6060850185610871565b90505b61091c6080860186610871565b158015929150610afd575b8115610af3575b50610ae4576109ea5761094e6109496109599285949561085c565b611150565b916060810190610871565b9192909181815b61096b575050505090565b8394929335811a92607f808511941690816001018060011161074c576021830193848211610738578486106107295780610715575086956109db5784106109d757926109c8826109ce9560018496958b0101359160018b0161118f565b96611090565b90929181610960565b8580fd5b60048763153c8df760e31b8152fd5b5090610a076109fc610949838061085c565b916040810190610871565b9192909181815b610a19575050505090565b8394929335811a92607f8085119416938460010194856001119586610ad0576021820194858211610738578587106107295780610715575087965f198401610ac157866001848c010135945f14610a9b5750610a97578510610a9357849392610a8a95926109c89260018b0161118f565b90929181610a0e565b8680fd5b8780fd5b9394939091119050610a9357849392610a8a9592610abc9260018b0161118f565b6109c8565b60048963153c8df760e31b8152fd5b602485634e487b7160e01b81526011600452fd5b600483630d6c3bc160e41b8152fd5b905015155f61092e565b9050610b0c60a0860186610871565b9050151590610927565b610b236040850185610871565b905061090f565b50610b3a6109498480949561085c565b90610b486040840184610871565b805f915b610cd357505050610949610b60918461085c565b90610b6e6060840184610871565b805f915b610c475750505081610b9691610ba19350610b906080860186610871565b9061118f565b9160a0810190610871565b92909192805b610bb15750505090565b8293919235831a92607f841693846001019485600111958661074c57602182019384821161073857848610610729578061071557505f96607f6001848b01013594115f14610c255761009557841061009557610c1c948492610c169260018a0161118f565b95611090565b90919080610ba7565b50919491841061009557610c1c948492610c429260018a0161118f565b610c16565b8294919296959635831a92607f80851194168060010180600111610cbf57602182019283821161073857838510610729578061071557505f95610cb0578310610095576109c881610ca495600186948b0101359160018b0161118f565b94959490919080610b72565b63153c8df760e31b5f5260045ffd5b602483634e487b7160e01b81526011600452fd5b8294919296959635831a92607f808511941693846001019485600111958661074c57602182019384821161073857848610610729578061071557505f965f198401610cb057898301600101359315610d4e5761009557841061009557610d429484926109c89260018b0161118f565b94959490919080610b4c565b50919491841061009557610d42948492610abc9260018b0161118f565b90505f6108f4565b7fb7bd6b88000000000000000000000000000000000000000000000000000000005f5260045ffd5b610db69150610db06101d06108b3878a61085c565b906110c7565b155f6108e7565b50610dd781610dd26101d06108b38a8061085c565b6110c7565b156108db565b60208151910190815190600182018083116103c65781518111610408576020935201015160f81c90565b905f5f5b60468110610e3b577fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b6080610e4685610ddd565b92607f8416831b179210610e74576007810180911115610e0b57634e487b7160e01b5f52601160045260245ffd5b5090915067ffffffffffffffff8111610e945767ffffffffffffffff1690565b8080610408565b9190811015610eab5760051b0190565b634e487b7160e01b5f52603260045260245ffd5b91825180158015611086575b61105b575060011b6801fffffffffffffffe67fffffffffffffffe8216911681036103c6575f9190825b607f67ffffffffffffffff831611611030577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811681036103c6578060031b60f8039060f882116103c65760015f957e020000000000000000000000000000000000000000000000000000000000009560226020809a85602197611010996040519767ffffffffffffffff868a019d169060081b17901b8b52838752610f9c604088610592565b0185528051906001600160f81b03196040519a8b978589019d8e52518091878a015e87019260f81b1684830152805192839101602383015e0101907f200000000000000000000000000000000000000000000000000000000000000084830152600282015203016001810184520182610592565b604051918291518091835e8101838152039060025afa15610760575f5190565b9261105060806701ffffffffffffff92607f85169060081b1717946110a8565b9160071c1690610ef5565b7fe938ac38000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50607f8111610ecb565b90939293848311610095578411610095578101920390565b5f1981146103c65760010190565b908151811015610eab570160200190565b905f5b8251811080611146575b1561113d576001600160f81b03196110ec82856110b6565b51166001600160f81b031961110183856110b6565b51160361111657611111906110a8565b6110ca565b806001600160f81b031961112f611137938295966110b6565b5116936110b6565b51161190565b50905190511190565b50815181106110d4565b61115a8180610871565b604083929301359167ffffffffffffffff831683036100955761118c9360206111879201359236916105b4565b610ebf565b90565b909291831580811561121e575b8115611205575b506111dd57835f9360226042936020976040519687378386019088825360018201528760218201530152019060025afa15610095575f5190565b7fb00aa73b000000000000000000000000000000000000000000000000000000005f5260045ffd5b9050610eab576001600160f81b0319823516155f6111a3565b601e8611915061119c565b60415f9160209360405191600183536001830152602182015260025afa15610095575f519056",
}

// StateProofs is an auto generated Go binding around an Ethereum contract.
type StateProofs struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *StateProofs) GetABI() abi.ABI {
	return c.abi
}

// NewStateProofs creates a new instance of StateProofs.
func NewStateProofs() *StateProofs {
	parsed, err := StateProofsMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &StateProofs{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *StateProofs) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address anchor_) returns()
func (stateProofs *StateProofs) PackConstructor(anchor_ common.Address) []byte {
	enc, err := stateProofs.abi.Pack("", anchor_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3fb73b4.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function anchor() view returns(address)
func (stateProofs *StateProofs) PackAnchor() []byte {
	enc, err := stateProofs.abi.Pack("anchor")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackAnchor is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xd3fb73b4.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function anchor() view returns(address)
func (stateProofs *StateProofs) TryPackAnchor() ([]byte, error) {
	return stateProofs.abi.Pack("anchor")
}

// UnpackAnchor is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xd3fb73b4.
//
// Solidity: function anchor() view returns(address)
func (stateProofs *StateProofs) UnpackAnchor(data []byte) (common.Address, error) {
	out, err := stateProofs.abi.Unpack("anchor", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRequireAbsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2dcee14f.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function requireAbsent(uint64 anchored, bytes key, ((bytes,bytes32,uint64),(bytes,bytes32,uint64),bytes,bytes,bytes,bytes) proof) view returns()
func (stateProofs *StateProofs) PackRequireAbsent(anchored uint64, key []byte, proof IavlAbsence) []byte {
	enc, err := stateProofs.abi.Pack("requireAbsent", anchored, key, proof)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRequireAbsent is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x2dcee14f.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function requireAbsent(uint64 anchored, bytes key, ((bytes,bytes32,uint64),(bytes,bytes32,uint64),bytes,bytes,bytes,bytes) proof) view returns()
func (stateProofs *StateProofs) TryPackRequireAbsent(anchored uint64, key []byte, proof IavlAbsence) ([]byte, error) {
	return stateProofs.abi.Pack("requireAbsent", anchored, key, proof)
}

// PackRequireRecord is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x08cc160e.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function requireRecord(uint64 anchored, bytes key, bytes record, uint64 version, bytes path) view returns()
func (stateProofs *StateProofs) PackRequireRecord(anchored uint64, key []byte, record []byte, version uint64, path []byte) []byte {
	enc, err := stateProofs.abi.Pack("requireRecord", anchored, key, record, version, path)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRequireRecord is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x08cc160e.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function requireRecord(uint64 anchored, bytes key, bytes record, uint64 version, bytes path) view returns()
func (stateProofs *StateProofs) TryPackRequireRecord(anchored uint64, key []byte, record []byte, version uint64, path []byte) ([]byte, error) {
	return stateProofs.abi.Pack("requireRecord", anchored, key, record, version, path)
}

// PackRequireVote is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31855c14.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function requireVote(uint64 anchored, bytes32 election, bytes log, uint64 version, bytes path, bytes vote, uint64 position, bytes32[] votePath) view returns()
func (stateProofs *StateProofs) PackRequireVote(anchored uint64, election [32]byte, log []byte, version uint64, path []byte, vote []byte, position uint64, votePath [][32]byte) []byte {
	enc, err := stateProofs.abi.Pack("requireVote", anchored, election, log, version, path, vote, position, votePath)
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRequireVote is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x31855c14.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function requireVote(uint64 anchored, bytes32 election, bytes log, uint64 version, bytes path, bytes vote, uint64 position, bytes32[] votePath) view returns()
func (stateProofs *StateProofs) TryPackRequireVote(anchored uint64, election [32]byte, log []byte, version uint64, path []byte, vote []byte, position uint64, votePath [][32]byte) ([]byte, error) {
	return stateProofs.abi.Pack("requireVote", anchored, election, log, version, path, vote, position, votePath)
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (stateProofs *StateProofs) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["InvalidKey"].ID.Bytes()[:4]) {
		return stateProofs.UnpackInvalidKeyError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["MalformedPath"].ID.Bytes()[:4]) {
		return stateProofs.UnpackMalformedPathError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["MalformedRecord"].ID.Bytes()[:4]) {
		return stateProofs.UnpackMalformedRecordError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["NotANode"].ID.Bytes()[:4]) {
		return stateProofs.UnpackNotANodeError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["NotBetween"].ID.Bytes()[:4]) {
		return stateProofs.UnpackNotBetweenError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["PositionOutOfRange"].ID.Bytes()[:4]) {
		return stateProofs.UnpackPositionOutOfRangeError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["WrongPathLength"].ID.Bytes()[:4]) {
		return stateProofs.UnpackWrongPathLengthError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["WrongProof"].ID.Bytes()[:4]) {
		return stateProofs.UnpackWrongProofError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["WrongSide"].ID.Bytes()[:4]) {
		return stateProofs.UnpackWrongSideError(raw[4:])
	}
	if bytes.Equal(raw[:4], stateProofs.abi.Errors["WrongVoteProof"].ID.Bytes()[:4]) {
		return stateProofs.UnpackWrongVoteProofError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// StateProofsInvalidKey represents a InvalidKey error raised by the StateProofs contract.
type StateProofsInvalidKey struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error InvalidKey(uint256 length)
func StateProofsInvalidKeyErrorID() common.Hash {
	return common.HexToHash("0xe938ac382c26132aa5fe4af2c5e9ee88093da80920d00cf75ecb3ea33e4dd494")
}

// UnpackInvalidKeyError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error InvalidKey(uint256 length)
func (stateProofs *StateProofs) UnpackInvalidKeyError(raw []byte) (*StateProofsInvalidKey, error) {
	out := new(StateProofsInvalidKey)
	if err := stateProofs.abi.UnpackIntoInterface(out, "InvalidKey", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsMalformedPath represents a MalformedPath error raised by the StateProofs contract.
type StateProofsMalformedPath struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedPath()
func StateProofsMalformedPathErrorID() common.Hash {
	return common.HexToHash("0xd6c3bc107eef83b8b04413a351dfefde20c3fb502fa06bf319c327cc232ad475")
}

// UnpackMalformedPathError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedPath()
func (stateProofs *StateProofs) UnpackMalformedPathError(raw []byte) (*StateProofsMalformedPath, error) {
	out := new(StateProofsMalformedPath)
	if err := stateProofs.abi.UnpackIntoInterface(out, "MalformedPath", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsMalformedRecord represents a MalformedRecord error raised by the StateProofs contract.
type StateProofsMalformedRecord struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error MalformedRecord()
func StateProofsMalformedRecordErrorID() common.Hash {
	return common.HexToHash("0xffd6eb57deb1b6f2944ab4d79eddf613dfababecce40840ce22a532d84c8f658")
}

// UnpackMalformedRecordError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error MalformedRecord()
func (stateProofs *StateProofs) UnpackMalformedRecordError(raw []byte) (*StateProofsMalformedRecord, error) {
	out := new(StateProofsMalformedRecord)
	if err := stateProofs.abi.UnpackIntoInterface(out, "MalformedRecord", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsNotANode represents a NotANode error raised by the StateProofs contract.
type StateProofsNotANode struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotANode()
func StateProofsNotANodeErrorID() common.Hash {
	return common.HexToHash("0xb00aa73b2c8e5fc954dd98a7805fe2de553ec6b15580e4f1bcc0a7c75ec6c2a0")
}

// UnpackNotANodeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotANode()
func (stateProofs *StateProofs) UnpackNotANodeError(raw []byte) (*StateProofsNotANode, error) {
	out := new(StateProofsNotANode)
	if err := stateProofs.abi.UnpackIntoInterface(out, "NotANode", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsNotBetween represents a NotBetween error raised by the StateProofs contract.
type StateProofsNotBetween struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotBetween()
func StateProofsNotBetweenErrorID() common.Hash {
	return common.HexToHash("0xb7bd6b88fe7f8cf5ec3cdf15bd6c6ccd8d12ae9bfc9c0bc3982836c1933bb37d")
}

// UnpackNotBetweenError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotBetween()
func (stateProofs *StateProofs) UnpackNotBetweenError(raw []byte) (*StateProofsNotBetween, error) {
	out := new(StateProofsNotBetween)
	if err := stateProofs.abi.UnpackIntoInterface(out, "NotBetween", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsPositionOutOfRange represents a PositionOutOfRange error raised by the StateProofs contract.
type StateProofsPositionOutOfRange struct {
	Position uint64
	Size     uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error PositionOutOfRange(uint64 position, uint64 size)
func StateProofsPositionOutOfRangeErrorID() common.Hash {
	return common.HexToHash("0x345b1abf5afa1b58c8ed427482713c2c8cf6a51c73d7a58d5af15bb296b559db")
}

// UnpackPositionOutOfRangeError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error PositionOutOfRange(uint64 position, uint64 size)
func (stateProofs *StateProofs) UnpackPositionOutOfRangeError(raw []byte) (*StateProofsPositionOutOfRange, error) {
	out := new(StateProofsPositionOutOfRange)
	if err := stateProofs.abi.UnpackIntoInterface(out, "PositionOutOfRange", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsWrongPathLength represents a WrongPathLength error raised by the StateProofs contract.
type StateProofsWrongPathLength struct {
	Length *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongPathLength(uint256 length)
func StateProofsWrongPathLengthErrorID() common.Hash {
	return common.HexToHash("0x2faab9756b2850b38931d2cbd77883e6078cf1b95e6eadcc5f61a43fb86b9e16")
}

// UnpackWrongPathLengthError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongPathLength(uint256 length)
func (stateProofs *StateProofs) UnpackWrongPathLengthError(raw []byte) (*StateProofsWrongPathLength, error) {
	out := new(StateProofsWrongPathLength)
	if err := stateProofs.abi.UnpackIntoInterface(out, "WrongPathLength", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsWrongProof represents a WrongProof error raised by the StateProofs contract.
type StateProofsWrongProof struct {
	Root    [32]byte
	AppHash [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongProof(bytes32 root, bytes32 appHash)
func StateProofsWrongProofErrorID() common.Hash {
	return common.HexToHash("0x0bae038af418545fd1468513d16bb8cee7124b08f8674de1b15e84141da78c71")
}

// UnpackWrongProofError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongProof(bytes32 root, bytes32 appHash)
func (stateProofs *StateProofs) UnpackWrongProofError(raw []byte) (*StateProofsWrongProof, error) {
	out := new(StateProofsWrongProof)
	if err := stateProofs.abi.UnpackIntoInterface(out, "WrongProof", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsWrongSide represents a WrongSide error raised by the StateProofs contract.
type StateProofsWrongSide struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongSide()
func StateProofsWrongSideErrorID() common.Hash {
	return common.HexToHash("0xa9e46fb80a70e8172ff20f03b1f590d264b33d29a266512c993034cc2488aca9")
}

// UnpackWrongSideError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongSide()
func (stateProofs *StateProofs) UnpackWrongSideError(raw []byte) (*StateProofsWrongSide, error) {
	out := new(StateProofsWrongSide)
	if err := stateProofs.abi.UnpackIntoInterface(out, "WrongSide", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// StateProofsWrongVoteProof represents a WrongVoteProof error raised by the StateProofs contract.
type StateProofsWrongVoteProof struct {
	Root    [32]byte
	LogRoot [32]byte
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error WrongVoteProof(bytes32 root, bytes32 logRoot)
func StateProofsWrongVoteProofErrorID() common.Hash {
	return common.HexToHash("0x92eadb8c86f2baaed1411e977d28c45c315b06566384d3ec3589d1fee5bfdd36")
}

// UnpackWrongVoteProofError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error WrongVoteProof(bytes32 root, bytes32 logRoot)
func (stateProofs *StateProofs) UnpackWrongVoteProofError(raw []byte) (*StateProofsWrongVoteProof, error) {
	out := new(StateProofsWrongVoteProof)
	if err := stateProofs.abi.UnpackIntoInterface(out, "WrongVoteProof", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TreasuryMetaData contains all meta data concerning the Treasury contract.
var TreasuryMetaData = bind.MetaData{
	ABI: "[{\"inputs\":[{\"internalType\":\"contractIResults\",\"name\":\"results_\",\"type\":\"address\"},{\"internalType\":\"bytes32\",\"name\":\"election_\",\"type\":\"bytes32\"},{\"internalType\":\"addresspayable\",\"name\":\"recipient_\",\"type\":\"address\"},{\"internalType\":\"uint64\",\"name\":\"quorum_\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"deadline_\",\"type\":\"uint64\"}],\"stateMutability\":\"payable\",\"type\":\"constructor\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"votes\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"quorum\",\"type\":\"uint64\"}],\"name\":\"NoQuorum\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotAProposal\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NotPaid\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"deadline\",\"type\":\"uint64\"}],\"name\":\"NotYet\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"yes\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"no\",\"type\":\"uint256\"}],\"name\":\"Rejected\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"address\",\"name\":\"to\",\"type\":\"address\"},{\"indexed\":false,\"internalType\":\"uint256\",\"name\":\"amount\",\"type\":\"uint256\"}],\"name\":\"Paid\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"deadline\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"election\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"funder\",\"outputs\":[{\"internalType\":\"addresspayable\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"pay\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"quorum\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"recipient\",\"outputs\":[{\"internalType\":\"addresspayable\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"refund\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"results\",\"outputs\":[{\"internalType\":\"contractIResults\",\"name\":\"\",\"type\":\"address\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "Treasury",
	Bin: "0x610140601f6107f438819003918201601f19168301916001600160401b038311848410176101095780849260a094604052833981010312610105578051906001600160a01b03821682036101055760208101516040820151906001600160a01b03821682036101055761008060806100796060860161011d565b940161011d565b9360805260a05260c0523360e05261010052610120526040516106c2908161013282396080518181816093015261027f015260a0518181816101ad015261024c015260c05181818160da015261032a015260e05181818161014501526105860152610100518181816102e0015261054501526101205181818161011901526101f00152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffd5b51906001600160401b03821682036101055756fe6080806040526004361015610012575f80fd5b5f3560e01c908163041ae88014610569575080631703a018146105255780631b9265b81461021457806329dcb0cf146101d05780634b1d3ede14610196578063590e1ae3146100fe57806366d003ac146100bb5763a48bdb7c14610074575f80fd5b346100b7575f3660031901126100b75760206040516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b5f80fd5b346100b7575f3660031901126100b75760206040516001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100b7575f3660031901126100b75767ffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001680421061016b576101697f0000000000000000000000000000000000000000000000000000000000000000610612565b005b7f1c9cc458000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b346100b7575f3660031901126100b75760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b346100b7575f3660031901126100b757602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100b7575f3660031901126100b7576040517f39a926c40000000000000000000000000000000000000000000000000000000081527f000000000000000000000000000000000000000000000000000000000000000060048201525f816024816001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000165afa90811561051a575f916103f6575b506020810151600281109081156103e9575b506103c15767ffffffffffffffff60608201511667ffffffffffffffff7f00000000000000000000000000000000000000000000000000000000000000001690818110610393578261031381516105e1565b5161031e8251610605565b51101561034e576101697f0000000000000000000000000000000000000000000000000000000000000000610612565b61036361035b82516105e1565b519151610605565b51907f5303d327000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f105b4757000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7fbca90a64000000000000000000000000000000000000000000000000000000005f5260045ffd5b90508151511415826102c1565b90503d805f833e61040781836105aa565b8101906020818303126100b75780519067ffffffffffffffff82116100b7570160a0818303126100b7576040519160a0830183811067ffffffffffffffff82111761050657604052815167ffffffffffffffff81116100b75782019080601f830112156100b75781519167ffffffffffffffff8311610506578260051b906040519361049660208401866105aa565b84526020808501928201019283116100b757602001905b8282106104f6575050506104eb91608091845260208101516020850152604081015160408501526104e0606082016105cc565b6060850152016105cc565b6080820152816102af565b81518152602091820191016104ad565b634e487b7160e01b5f52604160045260245ffd5b6040513d5f823e3d90fd5b346100b7575f3660031901126100b757602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100b7575f3660031901126100b7576020906001600160a01b037f0000000000000000000000000000000000000000000000000000000000000000168152f35b90601f8019910116810190811067ffffffffffffffff82111761050657604052565b519067ffffffffffffffff821682036100b757565b8051600110156105f15760400190565b634e487b7160e01b5f52603260045260245ffd5b8051156105f15760200190565b47908115610695575f8080936001600160a01b03829416807f737c69225d647e5994eab1a6c301bf6d9232beb2759ae1e27a8966b4732bc4896020604051858152a25af13d156106bd573d67ffffffffffffffff81116105065760405190610684601f8201601f1916602001836105aa565b81525f60203d92013e5b1561069557565b7f34e4a710000000000000000000000000000000000000000000000000000000005f5260045ffd5b61068e56",
}

// Treasury is an auto generated Go binding around an Ethereum contract.
type Treasury struct {
	abi abi.ABI
}

// GetABI returns the ABI associated with this contract binding.
func (c *Treasury) GetABI() abi.ABI {
	return c.abi
}

// NewTreasury creates a new instance of Treasury.
func NewTreasury() *Treasury {
	parsed, err := TreasuryMetaData.ParseABI()
	if err != nil {
		panic(errors.New("invalid ABI: " + err.Error()))
	}
	return &Treasury{abi: *parsed}
}

// Instance creates a wrapper for a deployed contract instance at the given address.
// Use this to create the instance object passed to abigen v2 library functions Call, Transact, etc.
func (c *Treasury) Instance(backend bind.ContractBackend, addr common.Address) *bind.BoundContract {
	return bind.NewBoundContract(addr, c.abi, backend, backend, backend)
}

// PackConstructor is the Go binding used to pack the parameters required for
// contract deployment.
//
// Solidity: constructor(address results_, bytes32 election_, address recipient_, uint64 quorum_, uint64 deadline_) payable returns()
func (treasury *Treasury) PackConstructor(results_ common.Address, election_ [32]byte, recipient_ common.Address, quorum_ uint64, deadline_ uint64) []byte {
	enc, err := treasury.abi.Pack("", results_, election_, recipient_, quorum_, deadline_)
	if err != nil {
		panic(err)
	}
	return enc
}

// PackDeadline is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x29dcb0cf.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function deadline() view returns(uint64)
func (treasury *Treasury) PackDeadline() []byte {
	enc, err := treasury.abi.Pack("deadline")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackDeadline is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x29dcb0cf.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function deadline() view returns(uint64)
func (treasury *Treasury) TryPackDeadline() ([]byte, error) {
	return treasury.abi.Pack("deadline")
}

// UnpackDeadline is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x29dcb0cf.
//
// Solidity: function deadline() view returns(uint64)
func (treasury *Treasury) UnpackDeadline(data []byte) (uint64, error) {
	out, err := treasury.abi.Unpack("deadline", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackElection is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4b1d3ede.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function election() view returns(bytes32)
func (treasury *Treasury) PackElection() []byte {
	enc, err := treasury.abi.Pack("election")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackElection is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x4b1d3ede.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function election() view returns(bytes32)
func (treasury *Treasury) TryPackElection() ([]byte, error) {
	return treasury.abi.Pack("election")
}

// UnpackElection is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x4b1d3ede.
//
// Solidity: function election() view returns(bytes32)
func (treasury *Treasury) UnpackElection(data []byte) ([32]byte, error) {
	out, err := treasury.abi.Unpack("election", data)
	if err != nil {
		return *new([32]byte), err
	}
	out0 := *abi.ConvertType(out[0], new([32]byte)).(*[32]byte)
	return out0, nil
}

// PackFunder is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x041ae880.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function funder() view returns(address)
func (treasury *Treasury) PackFunder() []byte {
	enc, err := treasury.abi.Pack("funder")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackFunder is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x041ae880.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function funder() view returns(address)
func (treasury *Treasury) TryPackFunder() ([]byte, error) {
	return treasury.abi.Pack("funder")
}

// UnpackFunder is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x041ae880.
//
// Solidity: function funder() view returns(address)
func (treasury *Treasury) UnpackFunder(data []byte) (common.Address, error) {
	out, err := treasury.abi.Unpack("funder", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackPay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1b9265b8.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function pay() returns()
func (treasury *Treasury) PackPay() []byte {
	enc, err := treasury.abi.Pack("pay")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackPay is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1b9265b8.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function pay() returns()
func (treasury *Treasury) TryPackPay() ([]byte, error) {
	return treasury.abi.Pack("pay")
}

// PackQuorum is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1703a018.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function quorum() view returns(uint64)
func (treasury *Treasury) PackQuorum() []byte {
	enc, err := treasury.abi.Pack("quorum")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackQuorum is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x1703a018.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function quorum() view returns(uint64)
func (treasury *Treasury) TryPackQuorum() ([]byte, error) {
	return treasury.abi.Pack("quorum")
}

// UnpackQuorum is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x1703a018.
//
// Solidity: function quorum() view returns(uint64)
func (treasury *Treasury) UnpackQuorum(data []byte) (uint64, error) {
	out, err := treasury.abi.Unpack("quorum", data)
	if err != nil {
		return *new(uint64), err
	}
	out0 := *abi.ConvertType(out[0], new(uint64)).(*uint64)
	return out0, nil
}

// PackRecipient is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x66d003ac.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function recipient() view returns(address)
func (treasury *Treasury) PackRecipient() []byte {
	enc, err := treasury.abi.Pack("recipient")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRecipient is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x66d003ac.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function recipient() view returns(address)
func (treasury *Treasury) TryPackRecipient() ([]byte, error) {
	return treasury.abi.Pack("recipient")
}

// UnpackRecipient is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0x66d003ac.
//
// Solidity: function recipient() view returns(address)
func (treasury *Treasury) UnpackRecipient(data []byte) (common.Address, error) {
	out, err := treasury.abi.Unpack("recipient", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// PackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x590e1ae3.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function refund() returns()
func (treasury *Treasury) PackRefund() []byte {
	enc, err := treasury.abi.Pack("refund")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackRefund is the Go binding used to pack the parameters required for calling
// the contract method with ID 0x590e1ae3.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function refund() returns()
func (treasury *Treasury) TryPackRefund() ([]byte, error) {
	return treasury.abi.Pack("refund")
}

// PackResults is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa48bdb7c.  This method will panic if any
// invalid/nil inputs are passed.
//
// Solidity: function results() view returns(address)
func (treasury *Treasury) PackResults() []byte {
	enc, err := treasury.abi.Pack("results")
	if err != nil {
		panic(err)
	}
	return enc
}

// TryPackResults is the Go binding used to pack the parameters required for calling
// the contract method with ID 0xa48bdb7c.  This method will return an error
// if any inputs are invalid/nil.
//
// Solidity: function results() view returns(address)
func (treasury *Treasury) TryPackResults() ([]byte, error) {
	return treasury.abi.Pack("results")
}

// UnpackResults is the Go binding that unpacks the parameters returned
// from invoking the contract method with ID 0xa48bdb7c.
//
// Solidity: function results() view returns(address)
func (treasury *Treasury) UnpackResults(data []byte) (common.Address, error) {
	out, err := treasury.abi.Unpack("results", data)
	if err != nil {
		return *new(common.Address), err
	}
	out0 := *abi.ConvertType(out[0], new(common.Address)).(*common.Address)
	return out0, nil
}

// TreasuryPaid represents a Paid event raised by the Treasury contract.
type TreasuryPaid struct {
	To     common.Address
	Amount *big.Int
	Raw    *types.Log // Blockchain specific contextual infos
}

const TreasuryPaidEventName = "Paid"

// ContractEventName returns the user-defined event name.
func (TreasuryPaid) ContractEventName() string {
	return TreasuryPaidEventName
}

// UnpackPaidEvent is the Go binding that unpacks the event data emitted
// by contract.
//
// Solidity: event Paid(address indexed to, uint256 amount)
func (treasury *Treasury) UnpackPaidEvent(log *types.Log) (*TreasuryPaid, error) {
	event := "Paid"
	if len(log.Topics) == 0 {
		return nil, bind.ErrNoEventSignature
	}
	if log.Topics[0] != treasury.abi.Events[event].ID {
		return nil, bind.ErrEventSignatureMismatch
	}
	out := new(TreasuryPaid)
	if len(log.Data) > 0 {
		if err := treasury.abi.UnpackIntoInterface(out, event, log.Data); err != nil {
			return nil, err
		}
	}
	var indexed abi.Arguments
	for _, arg := range treasury.abi.Events[event].Inputs {
		if arg.Indexed {
			indexed = append(indexed, arg)
		}
	}
	if err := abi.ParseTopics(out, indexed, log.Topics[1:]); err != nil {
		return nil, err
	}
	out.Raw = log
	return out, nil
}

// UnpackError attempts to decode the provided error data using user-defined
// error definitions.
func (treasury *Treasury) UnpackError(raw []byte) (any, error) {
	if bytes.Equal(raw[:4], treasury.abi.Errors["NoQuorum"].ID.Bytes()[:4]) {
		return treasury.UnpackNoQuorumError(raw[4:])
	}
	if bytes.Equal(raw[:4], treasury.abi.Errors["NotAProposal"].ID.Bytes()[:4]) {
		return treasury.UnpackNotAProposalError(raw[4:])
	}
	if bytes.Equal(raw[:4], treasury.abi.Errors["NotPaid"].ID.Bytes()[:4]) {
		return treasury.UnpackNotPaidError(raw[4:])
	}
	if bytes.Equal(raw[:4], treasury.abi.Errors["NotYet"].ID.Bytes()[:4]) {
		return treasury.UnpackNotYetError(raw[4:])
	}
	if bytes.Equal(raw[:4], treasury.abi.Errors["Rejected"].ID.Bytes()[:4]) {
		return treasury.UnpackRejectedError(raw[4:])
	}
	return nil, errors.New("Unknown error")
}

// TreasuryNoQuorum represents a NoQuorum error raised by the Treasury contract.
type TreasuryNoQuorum struct {
	Votes  uint64
	Quorum uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NoQuorum(uint64 votes, uint64 quorum)
func TreasuryNoQuorumErrorID() common.Hash {
	return common.HexToHash("0x105b475772bf7dedc5f95159646cb6bb9a0741b7f3f1524909516b6dbf535efe")
}

// UnpackNoQuorumError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NoQuorum(uint64 votes, uint64 quorum)
func (treasury *Treasury) UnpackNoQuorumError(raw []byte) (*TreasuryNoQuorum, error) {
	out := new(TreasuryNoQuorum)
	if err := treasury.abi.UnpackIntoInterface(out, "NoQuorum", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TreasuryNotAProposal represents a NotAProposal error raised by the Treasury contract.
type TreasuryNotAProposal struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotAProposal()
func TreasuryNotAProposalErrorID() common.Hash {
	return common.HexToHash("0xbca90a649295674f65905817cf1b3baa113177cc7ebb60c7478c6cb9d85cc032")
}

// UnpackNotAProposalError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotAProposal()
func (treasury *Treasury) UnpackNotAProposalError(raw []byte) (*TreasuryNotAProposal, error) {
	out := new(TreasuryNotAProposal)
	if err := treasury.abi.UnpackIntoInterface(out, "NotAProposal", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TreasuryNotPaid represents a NotPaid error raised by the Treasury contract.
type TreasuryNotPaid struct {
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotPaid()
func TreasuryNotPaidErrorID() common.Hash {
	return common.HexToHash("0x34e4a710663fb69e50c3e5feb70592086935c286a5b00302af9ecaa85032fac4")
}

// UnpackNotPaidError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotPaid()
func (treasury *Treasury) UnpackNotPaidError(raw []byte) (*TreasuryNotPaid, error) {
	out := new(TreasuryNotPaid)
	if err := treasury.abi.UnpackIntoInterface(out, "NotPaid", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TreasuryNotYet represents a NotYet error raised by the Treasury contract.
type TreasuryNotYet struct {
	Deadline uint64
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error NotYet(uint64 deadline)
func TreasuryNotYetErrorID() common.Hash {
	return common.HexToHash("0x1c9cc458fc12963152abd5ca28187675f65ddcd534b32378c133182df58b8e7b")
}

// UnpackNotYetError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error NotYet(uint64 deadline)
func (treasury *Treasury) UnpackNotYetError(raw []byte) (*TreasuryNotYet, error) {
	out := new(TreasuryNotYet)
	if err := treasury.abi.UnpackIntoInterface(out, "NotYet", raw); err != nil {
		return nil, err
	}
	return out, nil
}

// TreasuryRejected represents a Rejected error raised by the Treasury contract.
type TreasuryRejected struct {
	Yes *big.Int
	No  *big.Int
}

// ErrorID returns the hash of canonical representation of the error's signature.
//
// Solidity: error Rejected(uint256 yes, uint256 no)
func TreasuryRejectedErrorID() common.Hash {
	return common.HexToHash("0x5303d327e6fbcf486f11a1638b93f30487213df5241a4daa219aaa44f1bab587")
}

// UnpackRejectedError is the Go binding used to decode the provided
// error data into the corresponding Go error struct.
//
// Solidity: error Rejected(uint256 yes, uint256 no)
func (treasury *Treasury) UnpackRejectedError(raw []byte) (*TreasuryRejected, error) {
	out := new(TreasuryRejected)
	if err := treasury.abi.UnpackIntoInterface(out, "Rejected", raw); err != nil {
		return nil, err
	}
	return out, nil
}
