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
	Proposal           [32]byte
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
	ABI: "[{\"inputs\":[{\"internalType\":\"string\",\"name\":\"id\",\"type\":\"string\"},{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"period\",\"type\":\"uint64\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"stateMutability\":\"nonpayable\",\"type\":\"constructor\"},{\"inputs\":[],\"name\":\"EmptyBranch\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"from\",\"type\":\"uint64\"}],\"name\":\"Frozen\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"latest\",\"type\":\"uint64\"}],\"name\":\"HeightNotAbove\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"InvalidChainId\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"InvalidTrustingPeriod\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"KeyNotOnCurve\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"length\",\"type\":\"uint256\"}],\"name\":\"MalformedKeys\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"left\",\"type\":\"uint256\"}],\"name\":\"MalformedSignatures\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"NoFork\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"NotAnchored\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"signed\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"total\",\"type\":\"uint256\"}],\"name\":\"NotEnoughPower\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"OutOfOffice\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"PowerOverflow\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SetChanges\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"SetUnchanged\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignatureNotCanonical\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignerOutOfOrder\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"SignerOutOfRange\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint256\",\"name\":\"limit\",\"type\":\"uint256\"}],\"name\":\"TimeAhead\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"latest\",\"type\":\"uint64\"}],\"name\":\"TimeBeforeLatest\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"end\",\"type\":\"uint256\"}],\"name\":\"TrustExpired\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"got\",\"type\":\"uint256\"},{\"internalType\":\"uint256\",\"name\":\"want\",\"type\":\"uint256\"}],\"name\":\"WrongCallLength\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"bytes32\",\"name\":\"got\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"want\",\"type\":\"bytes32\"}],\"name\":\"WrongKeys\",\"type\":\"error\"},{\"inputs\":[],\"name\":\"WrongSet\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"WrongSignature\",\"type\":\"error\"},{\"inputs\":[{\"internalType\":\"uint256\",\"name\":\"index\",\"type\":\"uint256\"}],\"name\":\"ZeroPower\",\"type\":\"error\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"blockHash\",\"type\":\"bytes32\"}],\"name\":\"Anchored\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"blockHash\",\"type\":\"bytes32\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"otherHash\",\"type\":\"bytes32\"}],\"name\":\"ForkShown\",\"type\":\"event\"},{\"anonymous\":false,\"inputs\":[{\"indexed\":true,\"internalType\":\"uint64\",\"name\":\"since\",\"type\":\"uint64\"},{\"indexed\":false,\"internalType\":\"bytes32\",\"name\":\"validatorsHash\",\"type\":\"bytes32\"}],\"name\":\"SetChanged\",\"type\":\"event\"},{\"inputs\":[],\"name\":\"MAX_CLOCK_DRIFT\",\"outputs\":[{\"internalType\":\"uint256\",\"name\":\"\",\"type\":\"uint256\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"proposal\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"}],\"name\":\"anchor\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"proposal\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"name\":\"anchorAndRotate\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"appHash\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"root\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"chainId\",\"outputs\":[{\"internalType\":\"string\",\"name\":\"\",\"type\":\"string\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"lastHeight\",\"type\":\"uint64\"}],\"name\":\"formerSets\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"record\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"}],\"name\":\"isAnchored\",\"outputs\":[{\"internalType\":\"bool\",\"name\":\"\",\"type\":\"bool\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"latest\",\"outputs\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"since\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"frozenFrom\",\"type\":\"uint64\"}],\"internalType\":\"structCometAnchor.Latest\",\"name\":\"\",\"type\":\"tuple\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"setInOffice\",\"outputs\":[{\"internalType\":\"bytes32\",\"name\":\"\",\"type\":\"bytes32\"}],\"stateMutability\":\"view\",\"type\":\"function\"},{\"inputs\":[{\"components\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"proposal\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"internalType\":\"structCometAnchor.Step[]\",\"name\":\"one\",\"type\":\"tuple[]\"},{\"components\":[{\"components\":[{\"internalType\":\"uint64\",\"name\":\"height\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"time\",\"type\":\"uint64\"},{\"internalType\":\"uint32\",\"name\":\"nanos\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"nextValidatorsHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"appHash\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"version\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"last\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"data\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"consensus\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"results\",\"type\":\"bytes32\"},{\"internalType\":\"bytes32\",\"name\":\"proposal\",\"type\":\"bytes32\"}],\"internalType\":\"structHeader\",\"name\":\"header\",\"type\":\"tuple\"},{\"components\":[{\"internalType\":\"uint32\",\"name\":\"round\",\"type\":\"uint32\"},{\"internalType\":\"uint32\",\"name\":\"parts\",\"type\":\"uint32\"},{\"internalType\":\"bytes32\",\"name\":\"partsHash\",\"type\":\"bytes32\"}],\"internalType\":\"structCommit\",\"name\":\"commit\",\"type\":\"tuple\"},{\"internalType\":\"bytes\",\"name\":\"signatures\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"roll\",\"type\":\"bytes\"},{\"internalType\":\"bytes\",\"name\":\"keys\",\"type\":\"bytes\"}],\"internalType\":\"structCometAnchor.Step[]\",\"name\":\"other\",\"type\":\"tuple[]\"},{\"internalType\":\"uint64\",\"name\":\"lastHeight\",\"type\":\"uint64\"},{\"internalType\":\"uint64\",\"name\":\"lastTime\",\"type\":\"uint64\"}],\"name\":\"showFork\",\"outputs\":[],\"stateMutability\":\"nonpayable\",\"type\":\"function\"},{\"inputs\":[],\"name\":\"trustingPeriod\",\"outputs\":[{\"internalType\":\"uint64\",\"name\":\"\",\"type\":\"uint64\"}],\"stateMutability\":\"view\",\"type\":\"function\"}]",
	ID:  "CometAnchor",
	Bin: "0x610120806040523461049b57612d36803803809161001d8285610706565b833981019060a08183031261049b5780516001600160401b03811161049b57810182601f8201121561049b578281602061005993519101610744565b906100666020820161077a565b916100736040830161077a565b936100806060840161077a565b608084015190936001600160401b03821161049b57019080601f8301121561049b5781516100b092602001610744565b918151801580156106fc575b6106ea57506001600160401b038116156106db5760805260ff60f81b815160f81b1660405190600560f91b6020830152602182015261012382519161011e602282602087019580878484015e81015f838201520301601f198101835282610706565b6107c0565b60a05261016b602260ff60f81b845160f81b16936040519384916020830196601960f91b885260218401525180918484015e81015f838201520301601f198101835282610706565b80516101005280516040036040811161041a5761018a6101c19161078e565b9260208060405195869382850196518091885e8401908282015f8152815193849201905e01015f815203601f198101845283610706565b60408280518101031261049b575160409182015160e05260c0525192608084016001600160401b038111858210176106c75760409081526001600160401b0384811680875290831660208701528582018190525f6060909601959095526fffffffffffffffff000000000000000091901b168317600160801b600160c01b03608084901b16176002558051604890049081158080156106bc575b80156106af575b61069b57601c830290838204601c14171561041a576102839092919261078e565b9261028d826107e8565b61029a6040519182610706565b8281526102a6836107e8565b602082019490601f19013686375f935f915b8183106104ae5750505067100000000000000083101561049f5780515b600181116103c6575051156103b25791516040516001600160c01b031960c094851b811660208084019182529490951b1660288201526030810182905284517f7ce0a09f6cdda204c8f052945b546c7c91a94d8ee1fa53ef5e114d8507bcd4d9959394929361036291605091849190819089018484015e81015f838201520301601f198101835282610706565b5190205f55604051908152a260405161251590816108218239608051818181610af80152611221015260a051816114c0015260c05181611193015260e051816111b9015261010051816111ee0152f35b634e487b7160e01b5f52603260045260245ffd5b8060011c5f5b81811061042e57506001821690600182146103f1575b6103ec92506107ff565b6102d5565b5f19830192831161041a576104096103ec938561080c565b51610414828661080c565b526103e2565b634e487b7160e01b5f52601160045260245ffd5b600181901b6001600160ff1b038216820361041a5761044d818661080c565b516001820180921161041a5760415f916104696020948961080c565b5160405191600183536001830152602182015260025afa1561049b576001905f51610494828761080c565b52016103cc565b5f80fd5b633e94e13160e11b5f5260045ffd5b9091946048860282019560208701519660606040820151910151908160c01c936401000003d0198a108061068c575b8061066a575b1561065757841561064457846104f8916107ff565b986001821661063957600160f91b945b601060015b607f6001600160401b0384161161060a576001600160fd1b038116810361041a578060031b60f8039060f8821161041a576001986105b9948a60459361011e95604051976020890194848060401b03169060081b17901b835260208752610575604088610706565b018552604051948592630a232a2160e01b602085015260ff60f81b1660248401528760258401525180918484015e81015f838201520301601f198101835282610706565b6105c3858a61080c565b525f5260205260405f20906020601c84028c01019163ffffffff835116916401000000008660601b039060a01c1690858060601b03199060601b16171790520191906102b8565b60089190911b607f831617608017905f19811461041a5760079290921c6001600160391b03169160010161050d565b600360f81b94610508565b836328baf61b60e21b5f5260045260245ffd5b83630755195960e41b5f5260045260245ffd5b506401000003d019600781808d80098d09086401000003d019838009146104e3565b506401000003d01982106104dd565b5051632260e3ed60e21b5f5260045260245ffd5b5060488251061515610262565b506103e8831161025b565b634e487b7160e01b5f52604160045260245ffd5b635dd52a2d60e01b5f5260045ffd5b63331003b360e01b5f5260045260245ffd5b50603281116100bc565b601f909101601f19168101906001600160401b038211908210176106c757604052565b6001600160401b0381116106c757601f01601f191660200190565b92919261075082610729565b9161075e6040519384610706565b82948184528183011161049b578281602093845f96015e010152565b51906001600160401b038216820361049b57565b9061079882610729565b6107a56040519182610706565b82815280926107b6601f1991610729565b0190602036910137565b5f602091604051908282538051848201600184015e516001019060025afa1561049b575f5190565b6001600160401b0381116106c75760051b60200190565b9190820180921161041a57565b80518210156103b25760209160051b01019056fe6080806040526004361015610012575f80fd5b5f3560e01c90816336b31bf014610abc575080634173290e1461089f57806352bfe78914610810578063588e26bc146107b957806387c8c1e9146106885780639a8a059214610548578063b9315d521461027d578063bd4d75fd14610244578063e9570e571461020a578063fb1da0fd1461012b5763ff50fc8814610095575f80fd5b346101275760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610127576100cc610b4a565b60025460c01c908115918215610113575b50816100f1575b6020826040519015158152f35b67ffffffffffffffff9150165f526003602052602060405f20541515906100e4565b67ffffffffffffffff82161091505f6100dd565b5f80fd5b346101275760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc36011261012757610162610b4a565b60025460c01c90811515806101f6575b6101ca5767ffffffffffffffff16805f52600360205260405f2054801561019e57602090604051908152f35b507f8c247861000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b507f5e20151a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b508167ffffffffffffffff82161015610172565b34610127575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101275760205f54604051908152f35b34610127575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610127576020604051603c8152f35b346101275760807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101275760043567ffffffffffffffff8111610127576102cc903690600401610b61565b9060243567ffffffffffffffff8111610127576102ed903690600401610b61565b9190926044359167ffffffffffffffff831692838103610127576064359367ffffffffffffffff85168503610127578491908061046e5750505061035c92506103545f54918267ffffffffffffffff94859261034f8460025460401c16611211565b61127d565b94909561127d565b909267ffffffffffffffff80821694168414801590610465575b61043d57600254908160c01c80151580610433575b6104085750917fe2c22e9488634cd60ccfce3b38fcb5d29d60790a6800ce21017be4f50199f7c9939177ffffffffffffffffffffffffffffffffffffffffffffffff7fffffffffffffffff00000000000000000000000000000000000000000000000060409560c01b1691161760025582519182526020820152a2005b7f5e20151a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b508581111561038b565b7f6ba03b5c000000000000000000000000000000000000000000000000000000005f5260045ffd5b50818314610376565b929093919482156105205781357ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffde183360301811215610127576104bb6104c29184016101e0810190610da0565b3691610c8f565b60208151910120935f5260016020526104e060405f20549185611142565b036104f8578261035492859261034f61035c98611211565b7f3f7fba4c000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f34595251000000000000000000000000000000000000000000000000000000005f5260045ffd5b34610127575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101275761057e61118d565b80517ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe810190811161060c576105b390610d13565b5f5b815181101561063957600281019081811161060c577fff000000000000000000000000000000000000000000000000000000000000006105f760019386610d62565b51165f1a6106058285610d62565b53016105b5565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b60206040837fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f835194859381855280519182918282880152018686015e5f85828601015201168101030190f35b34610127577ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601610200811261012757610160136101275760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe9c360112610127576101c43567ffffffffffffffff81116101275761070c903690600401610b1c565b906101e43567ffffffffffffffff81116101275761072e903690600401610b1c565b916107398482610df1565b6102400190816102401161060c5783836107879661076c610767610782966107618686610df1565b90610b92565b610e36565b67ffffffffffffffff60025460801c1693610e7a565b611133565b6064350361079157005b7fe63f2c62000000000000000000000000000000000000000000000000000000005f5260045ffd5b346101275760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101275767ffffffffffffffff6107f9610b4a565b165f526001602052602060405f2054604051908152f35b34610127575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610127575f606060405161084d81610bcb565b82815282602082015282604082015201526080610868610cc5565b67ffffffffffffffff6060604051928281511684528260208201511660208501528260408201511660408501520151166060820152f35b34610127577ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601610220811261012757610160136101275760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe9c360112610127576101c43567ffffffffffffffff811161012757610923903690600401610b1c565b6101e43567ffffffffffffffff811161012757610944903690600401610b1c565b9190926102043567ffffffffffffffff811161012757610968903690600401610b1c565b9190936109758483610df1565b61028001806102801161060c576109c3926109a761076761099d6109ba94610761878d610df1565b610761888b610df1565b82885f54976109b4610b9f565b93610e7a565b60643595611133565b8414610a94576024359167ffffffffffffffff8316830361012757610a23926109eb91611142565b67ffffffffffffffff6109fc610b9f565b165f52600160205260405f2055610a1e610a14610b9f565b9384923691610c8f565b611d60565b91905f557f7ce0a09f6cdda204c8f052945b546c7c91a94d8ee1fa53ef5e114d8507bcd4d9602067ffffffffffffffff604051938585521692a2818103610a6657005b7f613e2944000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f7e116353000000000000000000000000000000000000000000000000000000005f5260045ffd5b34610127575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126101275760209067ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b9181601f840112156101275782359167ffffffffffffffff8311610127576020838186019501011161012757565b6004359067ffffffffffffffff8216820361012757565b9181601f840112156101275782359167ffffffffffffffff8311610127576020808501948460051b01011161012757565b9190820180921161060c57565b60043567ffffffffffffffff811681036101275790565b3567ffffffffffffffff811681036101275790565b6080810190811067ffffffffffffffff821117610be757604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117610be757604052565b67ffffffffffffffff8111610be757601f017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe01660200190565b929192610c9b82610c55565b91610ca96040519384610c14565b829481845281830111610127578281602093845f960137010152565b60405190610cd282610bcb565b81606060025467ffffffffffffffff8116835267ffffffffffffffff8160401c16602084015267ffffffffffffffff8160801c16604084015260c01c910152565b90610d1d82610c55565b610d2a6040519182610c14565b8281527fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0610d588294610c55565b0190602036910137565b908151811015610d73570160200190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b9035907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe181360301821215610127570180359067ffffffffffffffff82116101275760200191813603831361012757565b50601f810180911161060c577fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08160051c9116908082046020149015171561060c5790565b6004018060041161060c57803603610e4b5750565b7fbd73beb7000000000000000000000000000000000000000000000000000000005f523660045260245260445ffd5b93909192610e86610cc5565b91606083019067ffffffffffffffff82511680151580611113575b61040857506004359367ffffffffffffffff8516978886141594856101275767ffffffffffffffff835116808b11156110e457506024359867ffffffffffffffff8a1698898b141594856101275760200167ffffffffffffffff815116808c106110b55750603c420180421161060c578661012757808c11611086575067ffffffffffffffff610f32915116611211565b610f3d368484610c8f565b602081519101205f54036104f857610f599361016460046113f1565b9361012757610127578560409567ffffffffffffffff6060947fba6fa5dea6400fd3f16d05cd937a297f64cef648be1045ecd472456d19d0e3f799505116938491885190610fa682610bcb565b8b8252602082015267ffffffffffffffff85168982015201526fffffffffffffffff0000000000000000887fffffffffffffffff00000000000000000000000000000000000000000000000077ffffffffffffffff000000000000000000000000000000006002549560801b1694161791871b16171760025577ffffffffffffffffffffffffffffffffffffffffffffffff7fffffffffffffffff0000000000000000000000000000000000000000000000006002549260c01b1691161760025560843591855f52600360205282845f20555082519182526020820152a2565b8b7f0b3c7733000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b8b7fbebbb6cd000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b8a7f2e3be13a000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b5060043567ffffffffffffffff8116808203610127578291501015610ea1565b90603011610127576010013590565b907fffffffffffffffff000000000000000000000000000000000000000000000000604051916020830193845260c01b16604082015260288152611187604882610c14565b51902090565b604051907f000000000000000000000000000000000000000000000000000000000000000060208301527f00000000000000000000000000000000000000000000000000000000000000006040830152604082526111ec606083610c14565b7f00000000000000000000000000000000000000000000000000000000000000008252565b6112489067ffffffffffffffff807f0000000000000000000000000000000000000000000000000000000000000000169116610b92565b8042116112525750565b7f99e2a8f8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b9291935f935f908315610520575f957ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffde182360301925b858810156113e65750508560051b81013582811215610127578101966112d888610bb6565b906101e08901906112ec6104bb838c610da0565b60208151910120036104f857611302818a610da0565b6008116101275767ffffffffffffffff8316903560c01c81118015906113ca575b61139f57506113466113549161133d6101c08c018c610da0565b9290918c610da0565b9290916101608d018d6113f1565b966001810180821161060c57861461139557606061137d83610a1e6104bb6102008e018e610da0565b91909a013590818103610a66575050600101966112b3565b5096505050915050565b7fcfe43040000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5088158015611323575067ffffffffffffffff88168111611323565b965096505050915050565b93929095949161155c6114048486611133565b6114ed61154f61150d6115036114f96114f38c6114ed61143361142e61142984610bb6565b6122a7565b612481565b916114e76114bb602061142e61144d611429838701610bb6565b828061146963ffffffff61146360408b01612296565b1661239a565b6040519584879551918291018487015e8401908282015f8152815193849201905e01015f8152037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282610c14565b9160a07f00000000000000000000000000000000000000000000000000000000000000009101356124a9565b926124a9565b906124a9565b956124d0565b60e08c01356124a9565b60c08b01356124a9565b61154961152c61152060608d01356124d0565b6101008d0135906124a9565b6114ed8c61012061154060808301356124d0565b910135906124a9565b936124a9565b91610140890135906124a9565b9661156e61156861118d565b96610bb6565b92915f9663ffffffff61158084612296565b16611c3557604051611593602082610c14565b5f81525b6116966115b463ffffffff6115ae60208801612296565b166122a7565b9661160e6022602060405180996040838084019e8f815192839201905e8301917f12200000000000000000000000000000000000000000000000000000000000008584015201358482015203016002810189520187610c14565b7fffffffffffffffff0000000000000000000000000000000000000000000000009065ffffffffffff8160081c9160081b9166ff000000ff000067ff000000ff00000067ffffffffffff000065ff000000ff00861664ff000000ff85161760101b16941691161760101c161767ffffffffffffffff808260201b169160201c161760c01b1690565b9584516024018060241161060c57858d9651604051978895602087019b7f08021100000000000000000000000000000000000000000000000000000000008d527fffffffffffffffff00000000000000000000000000000000000000000000000016602388015280516020819201602b89015e860193602b85017f2200000000000000000000000000000000000000000000000000000000000000905260f81b7fff0000000000000000000000000000000000000000000000000000000000000016602c850152602d84017f0a200000000000000000000000000000000000000000000000000000000000009052602f840152604f83017f1200000000000000000000000000000000000000000000000000000000000000905260f81b7fff00000000000000000000000000000000000000000000000000000000000000166050830152518092605183015e01602b01602681015f9052036026017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0810184526118209084610c14565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffd0860186811161060c57601c90959395949192940491815f9660208301915b6118f257505050505050505060101161012757600801359067ffffffffffffffff8260c01c1691816003029060038204830361060c5760bf81901c6801fffffffffffffffe169060c01c840361060c576801fffffffffffffffe1610156118c4575050565b7f2818471e000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b909192939495969960448510611c09576042880135908160011a918260440187811190818215611bff575b611bd3578b3560f01c9e8f10611ba757898f1015611b7b5760441161012757610127578c60308d601c878e60028f8a9081604460405195858701975180880194895e602a86850153826003850153016004830137018d518d600483015e8d510101918183039160016080841014611b6a57507ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe8101926002928492907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff9060808117855360071c9101535b0301902093020101359160228c0135905f1a7f7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a082118015611b60575b611b3457601b0160ff811161060c576020925f9260028f60ff608095604051958652168785015201356040830152606082015282805260015afa15611b295773ffffffffffffffffffffffffffffffffffffffff5f51168015611afd578160601c03611ad15760201c67ffffffffffffffff16019a600101978101604401969594037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffbc019291908361185f565b8c7f3f109cf1000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b8d7f3f109cf1000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b6040513d5f823e3d90fd5b8f7fa7f46e4a000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060018111611a24565b6001019260029284925082536119e8565b8e7f2d17323c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b8e7f358e15a8000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b887f2208c629000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b506055811161191d565b847f2208c629000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b611ccf63ffffffff611c4685612296565b167fffffffffffffffff0000000000000000000000000000000000000000000000009065ffffffffffff8160081c9160081b9166ff000000ff000067ff000000ff00000067ffffffffffff000065ff000000ff00861664ff000000ff85161760101b16941691161760101c161767ffffffffffffffff808260201b169160201c161760c01b1690565b7fffffffffffffffff000000000000000000000000000000000000000000000000604051917f1900000000000000000000000000000000000000000000000000000000000000602084015216602182015260098152611d2f602982610c14565b611597565b67ffffffffffffffff8111610be75760051b60200190565b8051821015610d735760209160051b010190565b906048825104801580801561228b575b801561227e575b61225157601c820290828204601c14171561060c57611d9590610d13565b92611d9f82611d34565b611dac6040519182610c14565b828152611db883611d34565b927fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06020830194013685375f925f5b828110611fad57505050671000000000000000821015611f855780515b60018111611ea557505115610d73576050611e9f916020847fffffffffffffffff00000000000000000000000000000000000000000000000095505196604051958693818486019960c01b16895260c01b1660288401528760308401528051918291018484015e81015f8382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282610c14565b51902091565b8060011c5f5b818110611f185750600182169060018214611ed0575b611ecb9250610b92565b611e04565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff830192831161060c57611f07611ecb9385611d4c565b51611f128286611d4c565b52611ec1565b8060011b907f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8116810361060c57611f508286611d4c565b51916001810180911161060c57600192611f6d611f749288611d4c565b51906124a9565b611f7e8287611d4c565b5201611eab565b7f7d29c262000000000000000000000000000000000000000000000000000000005f5260045ffd5b60488102820160208101519060606040820151910151918260c01c977ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f821080612228575b806121d2575b156121a657881561217a57906120e57fff0000000000000000000000000000000000000000000000000000000000000061142e604561203c8d60019a999897610b92565b9c868a1661214e5760206120707f02000000000000000000000000000000000000000000000000000000000000009261239a565b6040519586937f0a232a2100000000000000000000000000000000000000000000000000000000848601521660248401528760258401528051918291018484015e81015f8382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282610c14565b6120ef858a611d4c565b525f5260205260405f20906020601c84028c0101917fffffffffffffffffffffffffffffffffffffffff0000000000000000000000006bffffffffffffffff0000000063ffffffff8551169360a01c169160601b161717905201611de7565b60206120707f03000000000000000000000000000000000000000000000000000000000000009261239a565b847fa2ebd86c000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b847f75519590000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b507ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f600781808580098509087ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f84800914611ff8565b507ffffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f8310611ff2565b83517f89838fb4000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b5060488451061515611d77565b506103e88211611d70565b3563ffffffff811681036101275790565b67ffffffffffffffff81166122cb57506040516122c5602082610c14565b5f815290565b600860015b607f67ffffffffffffffff84161161234c577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8116810361060c578060031b60f80360f8811161060c5760019267ffffffffffffffff60405195169060081b17901b602084015260208352612346604084610c14565b01815290565b90608090607f84169060081b1717907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811461060c5760016701ffffffffffffff91019260071c16916122d0565b67ffffffffffffffff81166123b857506040516122c5602082610c14565b601060015b607f67ffffffffffffffff841611612433577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8116810361060c578060031b60f80360f8811161060c5760019267ffffffffffffffff60405195169060081b17901b602084015260208352612346604084610c14565b90608090607f84169060081b1717907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff811461060c5760016701ffffffffffffff91019260071c16916123bd565b5f602091604051908282538051848201600184015e516001019060025afa15610127575f5190565b60415f9160209360405191600183536001830152602182015260025afa15610127575f5190565b61251290604051907f0a20000000000000000000000000000000000000000000000000000000000000602083015260228201526022815261142e604282610c14565b9056",
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
	Bin: "0x60a03461007e57601f6114a538819003918201601f19168301916001600160401b038311848410176100825780849260209460405283398101031261007e57516001600160a01b038116810361007e5760805260405161140e9081610097823960805181818160890152818161018e015281816106160152610cca0152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe6080806040526004361015610012575f80fd5b5f905f3560e01c908163158f4605146102de5750806339a926c4146100b05763d3fb73b41461003f575f80fd5b346100ad57807ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100ad57602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b80fd5b50346100ad5760207ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100ad57600435906100ec610fa6565b5081815280602052604081209160405192838382549261010b84610e67565b808452936001811690811561029e575060011461025d575b5061013092500384610f01565b825115610231575061014182610fe2565b60c01c90604051917ffb1da0fd000000000000000000000000000000000000000000000000000000008352600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa90811561022557506101ef575b6101eb6101df83604051906101d182610eb8565b815260086020820152611077565b60405191829182610dee565b0390f35b6020813d60201161021d575b8161020860209383610f01565b8101031261021957506101df6101bd565b5f80fd5b3d91506101fb565b604051903d90823e3d90fd5b602492507f4695f1cb000000000000000000000000000000000000000000000000000000008252600452fd5b85525060208420909184915b818310610282575050906020610130928201015f610123565b6020919350806001915483858a01015201910190918592610269565b602093506101309592507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0091501682840152151560051b8201015f610123565b9050346102195760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc360112610219576004356024359167ffffffffffffffff8316928381036102195760443567ffffffffffffffff811161021957610349903690600401610dc0565b926064359067ffffffffffffffff821682036102195760843567ffffffffffffffff81116102195761037f903690600401610dc0565b929091875f525f60205260405f20815f82549261039b84610e67565b8084529360018116908115610d805750600114610d3c575b506103c092500382610f01565b805115159081610c74575b50610c485760405190602082017f7200000000000000000000000000000000000000000000000000000000000000815288602184015260218352610410604184610f01565b60205f8161041f368c8b610f42565b604051918183925191829101835e8101838152039060025afa15610b8c575f5191835180158015610c3e575b610c13575060011b6801fffffffffffffffe67fffffffffffffffe821691168103610b97575f915f945b607f67ffffffffffffffff841611610bc4577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff84168403610b97578360031b60f80360f88111610b97576020965f9660226105a59560219560017e020000000000000000000000000000000000000000000000000000000000009a8197604051978f67ffffffffffffffff908a019d169060081b17901b8b528d875261051c604088610f01565b0185528051907fff000000000000000000000000000000000000000000000000000000000000006040519a8b978f89019d8e52518091878a015e87019260f81b1684830152518092602383015e0101907f200000000000000000000000000000000000000000000000000000000000000084830152600282015203016001810184520182610f01565b604051918291518091835e8101838152039060025afa15610b8c575f519190815b610a24575050604051907ffb1da0fd00000000000000000000000000000000000000000000000000000000825286600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa918215610a195788926109e5575b508181036109b757505061065b368483610f42565b90610664610fa6565b506040519361067285610eb8565b602085019288845285526001610687866112b5565b0361098f5761069585611077565b948351936106a282611208565b506106ac826112df565b506106b6826112df565b506106c082611208565b506106ca826112b5565b506106d482611208565b50519051510361098f578260011161098b578211610987577fffffffffffffffff000000000000000000000000000000000000000000000000926107849260279260405195869360c01b16602084015260017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8301910160288401378101888382015203017fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08101835282610f01565b82855284602052604085209080519067ffffffffffffffff821161095a576107ac8354610e67565b601f8111610908575b50602090601f831160011461084357918061083294927f38488424e239f8d9bd065e97fe19d7c64f9fbacdc9ca33a4d3d1fcb0bcedb4a296948a92610838575b50507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8260011b9260031b1c191617905560405191829182610dee565b0390a380f35b015190505f806107f5565b83885281882091907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe08416895b8181106108f057509260019285927f38488424e239f8d9bd065e97fe19d7c64f9fbacdc9ca33a4d3d1fcb0bcedb4a298966108329896106108b9575b505050811b0190556101df565b01517fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff60f88460031b161c191690555f80806108ac565b92936020600181928786015181550195019301610870565b828111156107b55783885260208820601f840160051c9060208510610952575b81601f9101920160051c0390885b8281106109445750506107b5565b808a60019284015501610936565b899150610928565b6024877f4e487b710000000000000000000000000000000000000000000000000000000081526041600452fd5b8680fd5b8780fd5b6004887fffd6eb57000000000000000000000000000000000000000000000000000000008152fd5b7f0bae038a000000000000000000000000000000000000000000000000000000008852600452602452604486fd5b9091506020813d602011610a11575b81610a0160209383610f01565b810103126102195751905f610646565b3d91506109f4565b6040513d8a823e3d90fd5b809892919835831a90607f821692836001018060011180610b5f576021860196878311610b3257878e10610b0a5780610ae2575090839291868e979695019d60018f013595607f105f14610ac25750610219578510610219578492846001610a8c940161135c565b9311610219575f9891037fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffdf0190602101816105c6565b9294929091119050610219578492846001610add940161135c565b610a8c565b807fa9e46fb80000000000000000000000000000000000000000000000000000000060049252fd5b807fd6c3bc100000000000000000000000000000000000000000000000000000000060049252fd5b807f4e487b7100000000000000000000000000000000000000000000000000000000602492526011600452fd5b6024877f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6040513d5f823e3d90fd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b919294608090607f85169060081b1717947fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8114610b97576001019260071c6701ffffffffffffff1691610475565b7fe938ac38000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50607f811161044b565b867f41918a0d000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b610c7e9150610fe2565b60c01c604051907fff50fc88000000000000000000000000000000000000000000000000000000008252600482015260208160248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa908115610b8c575f91610d01575b505f6103cb565b90506020813d602011610d34575b81610d1c60209383610f01565b8101031261021957518015158103610219575f610cfa565b3d9150610d0f565b90505f9291925260205f20905f915b818310610d645750509060206103c0928201015f6103b3565b6020919350806001915483858801015201910190918392610d4b565b602093506103c09592507fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0091501682840152151560051b8201015f6103b3565b9181601f840112156102195782359167ffffffffffffffff8311610219576020838186019501011161021957565b6020815260c081019180519260a060208401528351809152602060e084019401905f5b818110610e515750505067ffffffffffffffff608082602060a0940151604086015260408101516060860152826060820151168286015201511691015290565b8251865260209586019590920191600101610e11565b90600182811c92168015610eae575b6020831014610e8157565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52602260045260245ffd5b91607f1691610e76565b6040810190811067ffffffffffffffff821117610ed457604052565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff821117610ed457604052565b92919267ffffffffffffffff8211610ed45760405191610f8a60207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f8401160184610f01565b829481845281830111610219578281602093845f960137010152565b6040519060a0820182811067ffffffffffffffff821117610ed4576040525f608083606081528260208201528260408201528260608201520152565b90602082519201517fffffffffffffffff0000000000000000000000000000000000000000000000008116926008811061101a575050565b7fffffffffffffffff000000000000000000000000000000000000000000000000929350829060080360031b1b161690565b81810292918115918404141715610b9757565b67ffffffffffffffff8111610ed45760051b60200190565b61107f610fa6565b90600161108b826112b5565b036111d35767ffffffffffffffff6110a282611208565b169167ffffffffffffffff6110b683611208565b16926110c2848261104c565b835151106111d357836110d49161104c565b937fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe06111186111028761105f565b966111106040519889610f01565b80885261105f565b013660208701375f5b85518110156111865761113c611136856112b5565b85611306565b9086518110156111595760019160208260051b8901015201611121565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b50929167ffffffffffffffff926111cb9295865260208601526111b16111ab826112b5565b82611306565b6040860152826111c082611208565b166060860152611208565b166080830152565b7fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b91908201809211610b9757565b905f5f5b6046811061123c577fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b6080611247856112b5565b92607f8416831b17921061128e57600781018091111561120c577f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b5090915067ffffffffffffffff81116112ae5767ffffffffffffffff1690565b80806111d3565b6020815191019081519060018201808311610b9757815181116111d3576020935201015160f81c90565b6020815191019081519060208201808311610b9757815181116111d3576020935201015190565b602081519101805190602084118015611349575b6111d35761132884836111fb565b90528215611342576020910101519060031b610100031c90565b5050505f90565b5061135484836111fb565b83511061131a565b9092918315808115611403575b81156113d2575b506113aa57835f9360226042936020976040519687378386019088825360018201528760218201530152019060025afa15610219575f5190565b7fb00aa73b000000000000000000000000000000000000000000000000000000005f5260045ffd5b9050611159577fff00000000000000000000000000000000000000000000000000000000000000823516155f611370565b601e8611915061136956",
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
	Bin: "0x60a034606c57601f61166838819003918201601f19168301916001600160401b03831184841017607057808492602094604052833981010312606c57516001600160a01b0381168103606c576080526040516115e390816100858239608051818181608f01526109780152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffdfe60806040526004361015610011575f80fd5b5f3560e01c806308cc160e146105bd5780632dcee14f1461050357806331855c14146100b75763d3fb73b414610045575f80fd5b346100b3575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b357602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b5f80fd5b346100b3576101007ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b3576100ef61067d565b60443567ffffffffffffffff81116100b35761010f903690600401610750565b91610118610694565b9060843567ffffffffffffffff81116100b357610139903690600401610750565b91909260a43567ffffffffffffffff81116100b35761015c903690600401610750565b95909660c4359367ffffffffffffffff85168095036100b35760e4359567ffffffffffffffff87116100b357366023880112156100b35786600401359767ffffffffffffffff89116100b3576024880197602436918b60051b0101116100b35761021395848661020c95604051907f6c0000000000000000000000000000000000000000000000000000000000000060208301526024356021830152602182526102076041836106ab565b61077e565b36916106ec565b93604051956040870187811067ffffffffffffffff8211176104d65760405260208701955f875287526001610247886110a7565b036104ae5786518651602081019182821161045357805183116104ae57602092895201015196610276816110d1565b96610280826110d1565b5051905151036104ae576102995f9160209336916106ec565b604051908282538051848201600184015e516001019060025afa156100b35767ffffffffffffffff5f519416908181101561048057907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0167ffffffffffffffff81116104535767ffffffffffffffff16915f91905b84831061038057505050610355575081810361032757005b7f92eadb8c000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f2faab975000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b91959294859491941561042757600180861614801561041e575b156103f9576103b7906103b188848699989661117e565b356115bc565b915b6001811615806103f0575b156103d65760011c9360011c936103b9565b60019096939695919492955b811c92811c9301919061030f565b508015156103c4565b61041860019161041189858796999a979b989b61117e565b35906115bc565b956103e2565b5085851461039a565b507f2faab975000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b7f345b1abf000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b346100b35760607ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b35761053a61067d565b60243567ffffffffffffffff81116100b35761055a903690600401610750565b91906044359267ffffffffffffffff84116100b35760c07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc85360301126100b3576105b16105b6926105bb956004019236916106ec565b610a9a565b610925565b005b346100b35760a07ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100b3576105f461067d565b60243567ffffffffffffffff81116100b357366023820112156100b3576106259036906024816004013591016106ec565b60443567ffffffffffffffff81116100b357610645903690600401610750565b610650939193610694565b906084359467ffffffffffffffff86116100b3576106756105bb963690600401610750565b95909461077e565b6004359067ffffffffffffffff821682036100b357565b6064359067ffffffffffffffff821682036100b357565b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff8211176104d657604052565b92919267ffffffffffffffff82116104d6576040519161073460207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f84011601846106ab565b8294818452818301116100b3578281602093845f960137010152565b9181601f840112156100b35782359167ffffffffffffffff83116100b357602083818601950101116100b357565b94939291610791919297969736916106ec565b9160205f818195604051918183925191829101835e8101838152039060025afa1561091a575f516107c1926111bb565b9194805b6107d85750506107d6929350610925565b565b60018635831a607f8116808301928310959492866108ed5760218201938482116108c057848610610898578061086b57505f96607f6001848d01013594115f14610849576100b35784106100b35761083f9484926108399260018c0161150a565b976113a4565b90949190806107c5565b5091949184106100b35761083f9484926108669260018c0161150a565b610839565b807f4e487b7100000000000000000000000000000000000000000000000000000000602492526021600452fd5b807fd6c3bc100000000000000000000000000000000000000000000000000000000060049252fd5b807f4e487b7100000000000000000000000000000000000000000000000000000000602492526011600452fd5b6024847f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6040513d5f823e3d90fd5b67ffffffffffffffff604051927ffb1da0fd00000000000000000000000000000000000000000000000000000000845216600483015260208260248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa91821561091a575f926109e2575b508181036109b4575050565b7f0bae038a000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b9091506020813d602011610a0e575b816109fe602093836106ab565b810103126100b35751905f6109a8565b3d91506109f1565b9035907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa1813603018212156100b3570190565b9035907fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe1813603018212156100b3570180359067ffffffffffffffff82116100b3576020019181360383136100b357565b5f90610aaf610aa98480610a16565b80610a49565b905015156020840191610ac5610aa98487610a16565b90501515908280611087575b61103d57819081611065575b5061103d57819081611035575b50610da3578015610d8f57610b026060850185610a49565b90505b610b126080860186610a49565b158015929150610d76575b8115610d6c575b50610d4457610bf957610b44610b3f610b4f92859495610a16565b6114cb565b916060810190610a49565b9192909181815b610b61575050505090565b8394929335811a92607f80851194169081600101806001116108ed5760218301938482116108c057848610610898578061086b57508695610bd1578410610bcd5792610bbe82610bc49560018496958b0101359160018b0161150a565b966113a4565b90929181610b56565b8580fd5b6004877fa9e46fb8000000000000000000000000000000000000000000000000000000008152fd5b5090610c16610c0b610b3f8380610a16565b916040810190610a49565b9192909181815b610c28575050505090565b8394929335811a92607f8085119416938460010194856001119586610d175760218201948582116108c057858710610898578061086b575087967fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8401610cef57866001848c010135945f14610cc95750610cc5578510610cc157849392610cb89592610bbe9260018b0161150a565b90929181610c1d565b8680fd5b8780fd5b9394939091119050610cc157849392610cb89592610cea9260018b0161150a565b610bbe565b6004897fa9e46fb8000000000000000000000000000000000000000000000000000000008152fd5b6024857f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b6004837fd6c3bc10000000000000000000000000000000000000000000000000000000008152fd5b905015155f610b24565b9050610d8560a0860186610a49565b9050151590610b1d565b610d9c6040850185610a49565b9050610b05565b50610db3610b3f84809495610a16565b90610dc16040840184610a49565b805f915b610f7e57505050610b3f610dd99184610a16565b90610de76060840184610a49565b805f915b610ec05750505081610e0f91610e1a9350610e096080860186610a49565b9061150a565b9160a0810190610a49565b92909192805b610e2a5750505090565b8293919235831a92607f84169384600101948560011195866108ed5760218201938482116108c057848610610898578061086b57505f96607f6001848b01013594115f14610e9e576100b35784106100b357610e95948492610e8f9260018a0161150a565b956113a4565b90919080610e20565b5091949184106100b357610e95948492610ebb9260018a0161150a565b610e8f565b8294919296959635831a92607f80851194168060010180600111610f515760218201928382116108c057838510610898578061086b57505f95610f295783106100b357610bbe81610f1d95600186948b0101359160018b0161150a565b94959490919080610deb565b7fa9e46fb8000000000000000000000000000000000000000000000000000000005f5260045ffd5b6024837f4e487b710000000000000000000000000000000000000000000000000000000081526011600452fd5b8294919296959635831a92607f80851194169384600101948560011195866108ed5760218201938482116108c057848610610898578061086b57505f967fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8401610f2957898301600101359315611018576100b35784106100b35761100c948492610bbe9260018b0161150a565b94959490919080610dc5565b5091949184106100b35761100c948492610cea9260018b0161150a565b90505f610aea565b7fb7bd6b88000000000000000000000000000000000000000000000000000000005f5260045ffd5b611080915061107a61020c610aa9878a610a16565b906113fa565b155f610add565b506110a18161109c61020c610aa98a80610a16565b6113fa565b15610ad1565b602081519101908151906001820180831161045357815181116104ae576020935201015160f81c90565b905f5f5b60468110611105577fffd6eb57000000000000000000000000000000000000000000000000000000005f5260045ffd5b6080611110856110a7565b92607f8416831b1792106111575760078101809111156110d5577f4e487b71000000000000000000000000000000000000000000000000000000005f52601160045260245ffd5b5090915067ffffffffffffffff81116111775767ffffffffffffffff1690565b80806104ae565b919081101561118e5760051b0190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b9182518015801561139a575b61136f575060011b6801fffffffffffffffe67fffffffffffffffe821691168103610453575f9190825b607f67ffffffffffffffff831611611344577f1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81168103610453578060031b60f8039060f882116104535760015f957e020000000000000000000000000000000000000000000000000000000000009560226020809a85602197611324996040519767ffffffffffffffff868a019d169060081b17901b8b528387526112986040886106ab565b0185528051907fff000000000000000000000000000000000000000000000000000000000000006040519a8b978589019d8e52518091878a015e87019260f81b1684830152805192839101602383015e0101907f2000000000000000000000000000000000000000000000000000000000000000848301526002820152030160018101845201826106ab565b604051918291518091835e8101838152039060025afa1561091a575f5190565b9261136460806701ffffffffffffff92607f85169060081b1717946113bc565b9160071c16906111f1565b7fe938ac38000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b50607f81116111c7565b909392938483116100b35784116100b3578101920390565b7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff81146104535760010190565b90815181101561118e570160200190565b905f5b82518110806114c1575b156114b8577fff0000000000000000000000000000000000000000000000000000000000000061143782856113e9565b51167fff0000000000000000000000000000000000000000000000000000000000000061146483856113e9565b51160361147957611474906113bc565b6113fd565b807fff000000000000000000000000000000000000000000000000000000000000006114aa6114b2938295966113e9565b5116936113e9565b51161190565b50905190511190565b5081518110611407565b6114d58180610a49565b604083929301359167ffffffffffffffff831683036100b3576115079360206115029201359236916106ec565b6111bb565b90565b90929183158081156115b1575b8115611580575b5061155857835f9360226042936020976040519687378386019088825360018201528760218201530152019060025afa156100b3575f5190565b7fb00aa73b000000000000000000000000000000000000000000000000000000005f5260045ffd5b905061118e577fff00000000000000000000000000000000000000000000000000000000000000823516155f61151e565b601e86119150611517565b60415f9160209360405191600183536001830152602182015260025afa156100b3575f519056",
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
	Bin: "0x610140601f61099538819003918201601f19168301916001600160401b0383118484101761010a5780849260a094604052833981010312610106578051906001600160a01b03821682036101065760208101516040820151906001600160a01b03821682036101065761008060806100796060860161011e565b940161011e565b9360805260a05260c0523360e05261010052610120526040516108629081610133823960805181818160be015261035a015260a05181818161023f015261031a015260c0518181816101300152610405015260e0518181816101b901526106c30152610100518181816103bb015261065701526101205181818161018d01526102a00152f35b5f80fd5b634e487b7160e01b5f52604160045260245ffd5b51906001600160401b03821682036101065756fe6080806040526004361015610012575f80fd5b5f3560e01c908163041ae8801461067b575080631703a018146106195780631b9265b8146102c457806329dcb0cf146102625780634b1d3ede1461020a578063590e1ae31461015457806366d003ac146100e65763a48bdb7c14610074575f80fd5b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e257602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b5f80fd5b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e257602060405173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e25767ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168042106101df576101dd7f0000000000000000000000000000000000000000000000000000000000000000610787565b005b7f1c9cc458000000000000000000000000000000000000000000000000000000005f5260045260245ffd5b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e25760206040517f00000000000000000000000000000000000000000000000000000000000000008152f35b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e257602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e2576040517f39a926c40000000000000000000000000000000000000000000000000000000081527f000000000000000000000000000000000000000000000000000000000000000060048201525f8160248173ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000165afa90811561060e575f916104d1575b506020810151600281109081156104c4575b5061049c5767ffffffffffffffff60608201511667ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000169081811061046e57826103ee815161073d565b516103f9825161077a565b511015610429576101dd7f0000000000000000000000000000000000000000000000000000000000000000610787565b61043e610436825161073d565b51915161077a565b51907f5303d327000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7f105b4757000000000000000000000000000000000000000000000000000000005f5260045260245260445ffd5b7fbca90a64000000000000000000000000000000000000000000000000000000005f5260045ffd5b905081515114158261039c565b90503d805f833e6104e281836106e7565b8101906020818303126100e25780519067ffffffffffffffff82116100e2570160a0818303126100e2576040519160a0830183811067ffffffffffffffff8211176105e157604052815167ffffffffffffffff81116100e25782019080601f830112156100e25781519167ffffffffffffffff83116105e1578260051b906040519361057160208401866106e7565b84526020808501928201019283116100e257602001905b8282106105d1575050506105c691608091845260208101516020850152604081015160408501526105bb60608201610728565b606085015201610728565b60808201528161038a565b8151815260209182019101610588565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52604160045260245ffd5b6040513d5f823e3d90fd5b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e257602060405167ffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b346100e2575f7ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffc3601126100e25760209073ffffffffffffffffffffffffffffffffffffffff7f0000000000000000000000000000000000000000000000000000000000000000168152f35b90601f7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0910116810190811067ffffffffffffffff8211176105e157604052565b519067ffffffffffffffff821682036100e257565b80516001101561074d5760400190565b7f4e487b71000000000000000000000000000000000000000000000000000000005f52603260045260245ffd5b80511561074d5760200190565b47908115610835575f80809373ffffffffffffffffffffffffffffffffffffffff829416807f737c69225d647e5994eab1a6c301bf6d9232beb2759ae1e27a8966b4732bc4896020604051858152a25af13d1561085d573d67ffffffffffffffff81116105e1576040519061082460207fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0601f84011601836106e7565b81525f60203d92013e5b1561083557565b7f34e4a710000000000000000000000000000000000000000000000000000000005f5260045ffd5b61082e56",
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
