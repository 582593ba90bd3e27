// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Commit, Commits} from "./Commit.sol";
import {Header, Headers} from "./Header.sol";
import {IAppHashes} from "./IAppHashes.sol";
import {ValidatorSet} from "./ValidatorSet.sol";

/// @title The anchor: a light client of the chain
/// @notice Keeps the roots of the chain's state, each under the signatures of more
/// than two thirds of the validators' power, and follows their set from one to the
/// next. Anybody may call it; nobody is trusted to, and nobody can do more than
/// others: there is no owner, no upgrade and no pause. A wrong call reverts.
///
/// What it trusts is the set that it is created with, and then each set that the
/// one before named in a header, for as long as the trusting period says. So every
/// change of the set must be anchored, in order; between two changes any headers
/// may be left out.
///
/// Two different blocks of one height, both signed, show that the validators cannot
/// be believed. Whoever shows them freezes the contract from that height on.
contract CometAnchor is IAppHashes {
    using ValidatorSet for bytes;

    /// @notice Where the contract stands.
    /// @param height the newest height that was anchored, or that it was created with
    /// @param time the time of that block, unix seconds
    /// @param since the height above which the set in office signs
    /// @param frozenFrom the lowest height with two signed blocks, 0 if there is none
    struct Latest {
        uint64 height;
        uint64 time;
        uint64 since;
        uint64 frozenFrom;
    }

    /// @notice One step of a branch: a signed header and, unless it is the last
    /// step, the full keys of the set that comes after it.
    /// @param header the block
    /// @param commit what its signatures have in common
    /// @param signatures see `Commits`
    /// @param roll the set that signs it, see `ValidatorSet`
    /// @param keys the next set, see `ValidatorSet`; empty in the last step
    struct Step {
        Header header;
        Commit commit;
        bytes signatures;
        bytes roll;
        bytes keys;
    }

    /// @notice How far a header may be ahead of this chain's clock, seconds.
    uint256 public constant MAX_CLOCK_DRIFT = 60;

    /// @notice How long after its newest known block a set is believed, seconds.
    /// Validators who left longer ago have nothing to lose by signing lies.
    uint64 public immutable trustingPeriod;

    /// @notice The hash of the roll of the set in office, see `ValidatorSet`.
    bytes32 public setInOffice;

    /// @notice What is kept of former sets, by the last height that they signed:
    /// keccak256(hash of the roll ‖ time of that height 8).
    mapping(uint64 lastHeight => bytes32 record) public formerSets;

    /// @dev Read and written as one slot.
    Latest private _latest;

    /// @dev Zero for heights that were not anchored.
    mapping(uint64 height => bytes32 root) private _appHashes;

    /// @dev The hash of the leaf with the chain id, the same in every header.
    bytes32 private immutable _chainIdLeaf;

    /// @dev The field with the chain id, the same in every vote (see `Commits`): its
    /// bytes are the first of these two words.
    bytes32 private immutable _fieldBegin;
    /// @dev The second word.
    bytes32 private immutable _fieldEnd;
    /// @dev How many bytes it has.
    uint256 private immutable _fieldLength;

    /// @notice A header was anchored.
    event Anchored(uint64 indexed height, bytes32 appHash, bytes32 blockHash);
    /// @notice A set took office: it signs above this height.
    event SetChanged(uint64 indexed since, bytes32 validatorsHash);
    /// @notice Two blocks of one height were signed.
    event ForkShown(uint64 indexed height, bytes32 blockHash, bytes32 otherHash);

    /// @notice A chain id has 1 to 50 bytes.
    error InvalidChainId(uint256 length);
    /// @notice Trust must last for some time.
    error InvalidTrustingPeriod();
    /// @notice Bytes are missing at the end of the call, or follow it.
    error WrongCallLength(uint256 got, uint256 want);
    /// @notice Only a height above the newest one can be anchored.
    error HeightNotAbove(uint64 height, uint64 latest);
    /// @notice A block is not older than one below it.
    error TimeBeforeLatest(uint64 time, uint64 latest);
    /// @notice The block is further in the future than clocks differ.
    error TimeAhead(uint64 time, uint256 limit);
    /// @notice The set was last seen too long ago to be believed.
    error TrustExpired(uint256 end);
    /// @notice This roll is not that of the set that has to sign.
    error WrongSet();
    /// @notice The header names another set for the next block: rotate.
    error SetChanges();
    /// @notice The header names the same set for the next block: there is nothing to rotate.
    error SetUnchanged();
    /// @notice These keys are not those of the set that the header names.
    error WrongKeys(bytes32 got, bytes32 want);
    /// @notice The signers do not have more than two thirds of the power.
    error NotEnoughPower(uint256 signed, uint256 total);
    /// @notice The set was not in office at this height.
    error OutOfOffice(uint64 height);
    /// @notice A branch has at least one step.
    error EmptyBranch();
    /// @notice The two branches end at different heights, or in the same block.
    error NoFork();

    /// @param id the chain id that stands in every header and vote
    /// @param height a height whose next validators the deployer knows, or the
    /// height before the first
    /// @param time the time of that block, unix seconds
    /// @param period the trusting period in seconds: shorter than it takes a
    /// validator to leave with what it can lose
    /// @param keys the validators that sign above that height, see `ValidatorSet`
    constructor(string memory id, uint64 height, uint64 time, uint64 period, bytes memory keys) {
        uint256 length = bytes(id).length;
        if (length == 0 || length > 50) revert InvalidChainId(length);
        if (period == 0) revert InvalidTrustingPeriod();
        trustingPeriod = period;

        _chainIdLeaf = Headers.leafOfChainId(bytes(id));
        bytes memory field = Commits.fieldOfChainId(bytes(id));
        _fieldLength = field.length;
        (_fieldBegin, _fieldEnd) = abi.decode(bytes.concat(field, new bytes(64 - field.length)), (bytes32, bytes32));

        _latest = Latest({height: height, time: time, since: height, frozenFrom: 0});
        _enterOffice(keys, height);
    }

    /// @notice Anchors a header after which the set stays the same.
    /// @param header the block
    /// @param commit what its signatures have in common
    /// @param signatures of signers with more than two thirds of the power, see `Commits`
    /// @param roll the set in office, see `ValidatorSet`
    function anchor(Header calldata header, Commit calldata commit, bytes calldata signatures, bytes calldata roll)
        external
    {
        _requireCallLength(18 * 32 + _padded(signatures) + _padded(roll));
        _advance(header, commit, signatures, roll, _latest.since);
        if (header.nextValidatorsHash != roll.validatorsHash()) revert SetChanges();
    }

    /// @notice Anchors the last header of the set in office and installs the next.
    /// @param header as in `anchor`
    /// @param commit as in `anchor`
    /// @param signatures as in `anchor`
    /// @param roll as in `anchor`
    /// @param keys the next set, whose hash is in the header, see `ValidatorSet`
    function anchorAndRotate(
        Header calldata header,
        Commit calldata commit,
        bytes calldata signatures,
        bytes calldata roll,
        bytes calldata keys
    ) external {
        _requireCallLength(20 * 32 + _padded(signatures) + _padded(roll) + _padded(keys));
        bytes32 outgoing = setInOffice;
        _advance(header, commit, signatures, roll, header.height);
        if (header.nextValidatorsHash == roll.validatorsHash()) revert SetUnchanged();
        formerSets[header.height] = _record(outgoing, header.time);
        bytes32 incoming = _enterOffice(keys, header.height);
        if (incoming != header.nextValidatorsHash) revert WrongKeys(incoming, header.nextValidatorsHash);
    }

    /// @notice Freezes the contract from the height at which two branches end in
    /// different blocks. Both start from one set, in office now or before. A branch
    /// is one signed header, or several if the set changed on the way.
    /// @param one the first branch
    /// @param other the second branch
    /// @param lastHeight the last height that the set signed, 0 if it is in office
    /// @param lastTime the time of that height, 0 if the set is in office
    function showFork(Step[] calldata one, Step[] calldata other, uint64 lastHeight, uint64 lastTime) external {
        bytes32 trusted;
        if (lastHeight == 0) {
            trusted = setInOffice;
            lastHeight = type(uint64).max;
            lastTime = _latest.time;
        } else {
            if (one.length == 0) revert EmptyBranch();
            trusted = keccak256(one[0].roll);
            if (formerSets[lastHeight] != _record(trusted, lastTime)) revert WrongSet();
        }
        _requireTrusted(lastTime);

        (uint64 height, bytes32 blockHash) = _follow(one, trusted, lastHeight);
        (uint64 otherHeight, bytes32 otherHash) = _follow(other, trusted, lastHeight);
        if (height != otherHeight || blockHash == otherHash) revert NoFork();
        uint64 frozenFrom = _latest.frozenFrom;
        if (frozenFrom != 0 && frozenFrom <= height) revert Frozen(frozenFrom);
        _latest.frozenFrom = height;
        emit ForkShown(height, blockHash, otherHash);
    }

    /// @inheritdoc IAppHashes
    function appHash(uint64 height) external view returns (bytes32 root) {
        uint64 frozenFrom = _latest.frozenFrom;
        if (frozenFrom != 0 && height >= frozenFrom) revert Frozen(frozenFrom);
        root = _appHashes[height];
        if (root == 0) revert NotAnchored(height);
    }

    /// @inheritdoc IAppHashes
    function isAnchored(uint64 height) external view returns (bool) {
        uint64 frozenFrom = _latest.frozenFrom;
        return (frozenFrom == 0 || height < frozenFrom) && _appHashes[height] != 0;
    }

    /// @notice Where the contract stands.
    /// @return the newest height, and what follows from it
    function latest() external view returns (Latest memory) {
        return _latest;
    }

    /// @notice The chain that is followed.
    /// @return its id
    function chainId() external view returns (string memory) {
        bytes memory field = _chainIdField();
        bytes memory id = new bytes(field.length - 2);
        for (uint256 i = 0; i < id.length; i++) {
            id[i] = field[i + 2];
        }
        return string(id);
    }

    /// @dev Checks a header and makes it the newest one.
    /// @param since the height above which the set after it signs
    function _advance(
        Header calldata header,
        Commit calldata commit,
        bytes calldata signatures,
        bytes calldata roll,
        uint64 since
    ) private {
        Latest memory old = _latest;
        if (old.frozenFrom != 0 && header.height >= old.frozenFrom) revert Frozen(old.frozenFrom);
        if (header.height <= old.height) revert HeightNotAbove(header.height, old.height);
        if (header.time < old.time) revert TimeBeforeLatest(header.time, old.time);
        uint256 limit = block.timestamp + MAX_CLOCK_DRIFT;
        if (header.time > limit) revert TimeAhead(header.time, limit);
        _requireTrusted(old.time);
        if (keccak256(roll) != setInOffice) revert WrongSet();
        bytes32 blockHash = _verify(header, commit, signatures, roll);

        _latest = Latest({height: header.height, time: header.time, since: since, frozenFrom: old.frozenFrom});
        _appHashes[header.height] = header.appHash;
        emit Anchored(header.height, header.appHash, blockHash);
    }

    /// @dev Installs the set that signs above a height.
    function _enterOffice(bytes memory keys, uint64 height) private returns (bytes32 validatorsHash) {
        (setInOffice, validatorsHash) = ValidatorSet.enrol(keys, height);
        emit SetChanged(height, validatorsHash);
    }

    /// @dev Checks a branch that starts with a set, and gives its end.
    /// @param lastHeight the last height that the set signed
    function _follow(Step[] calldata steps, bytes32 trusted, uint64 lastHeight)
        private
        view
        returns (uint64 height, bytes32 blockHash)
    {
        if (steps.length == 0) revert EmptyBranch();
        for (uint256 i = 0; i < steps.length; i++) {
            Step calldata step = steps[i];
            height = step.header.height;
            if (keccak256(step.roll) != trusted) revert WrongSet();
            if (height <= step.roll.since() || (i == 0 && height > lastHeight)) revert OutOfOffice(height);
            blockHash = _verify(step.header, step.commit, step.signatures, step.roll);
            if (i + 1 == steps.length) break;
            bytes32 next;
            (trusted, next) = ValidatorSet.enrol(step.keys, height);
            if (next != step.header.nextValidatorsHash) revert WrongKeys(next, step.header.nextValidatorsHash);
        }
    }

    /// @dev The hash of a block that a set has signed. The caller has checked the set.
    function _verify(Header calldata header, Commit calldata commit, bytes calldata signatures, bytes calldata roll)
        private
        view
        returns (bytes32 blockHash)
    {
        blockHash = Headers.hash(header, _chainIdLeaf, roll.validatorsHash());
        bytes memory field = _chainIdField();
        uint256 signed = Commits.signedPower(commit, signatures, blockHash, header.height, field, roll);
        uint256 total = roll.totalPower();
        if (3 * signed <= 2 * total) revert NotEnoughPower(signed, total);
    }

    /// @dev The field with the chain id, put together again.
    function _chainIdField() private view returns (bytes memory field) {
        field = abi.encodePacked(_fieldBegin, _fieldEnd);
        uint256 length = _fieldLength;
        assembly ("memory-safe") {
            mstore(field, length)
        }
    }

    /// @dev Refuses a set that was last seen at a time before the trusting period.
    function _requireTrusted(uint64 lastTime) private view {
        uint256 end = uint256(lastTime) + trustingPeriod;
        if (block.timestamp > end) revert TrustExpired(end);
    }

    /// @dev Refuses a call with bytes besides its arguments.
    /// @param length of the encoded arguments
    function _requireCallLength(uint256 length) private pure {
        if (msg.data.length != 4 + length) revert WrongCallLength(msg.data.length, 4 + length);
    }

    /// @dev The length of bytes in a call, without their own length.
    function _padded(bytes calldata data) private pure returns (uint256) {
        return (data.length + 31) / 32 * 32;
    }

    /// @dev What is kept of a former set.
    function _record(bytes32 hashOfRoll, uint64 lastTime) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(hashOfRoll, lastTime));
    }
}
