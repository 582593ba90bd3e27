// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Protobuf} from "./Protobuf.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// @title Sets of validators, as a contract keeps them and as callers bring them
/// @notice A contract keeps 32 bytes of a set: the Keccak-256 hash of its *roll*,
///
///     roll = since 8 ‖ total power 8 ‖ validators hash 32 ‖ n × ( address 20 ‖ power 8 )
///
/// integers big-endian, validators in the chain's order. The set signs blocks above
/// the height `since`. Whoever calls brings the roll; a contract makes it itself,
/// from the full keys, when a set is first seen:
///
///     keys = n × ( x 32 ‖ y 32 ‖ power 8 )
library ValidatorSet {
    /// @notice There are no keys, too many, or a part of one.
    error MalformedKeys(uint256 length);
    /// @notice The point (x, y) of this validator is not on the curve secp256k1.
    error KeyNotOnCurve(uint256 index);
    /// @notice A validator without power signs nothing and is in no set.
    error ZeroPower(uint256 index);
    /// @notice The powers add up to 2^60 or more, which the chain does not allow.
    error PowerOverflow();

    /// @dev Of a member among keys.
    uint256 private constant KEY_LENGTH = 72;
    /// @dev Of a member in a roll.
    uint256 private constant MEMBER_LENGTH = 28;
    /// @dev Of what stands before the members of a roll.
    uint256 private constant ROLL_HEAD = 48;
    /// @dev The chain has no more seats.
    uint256 private constant MAX_MEMBERS = 1000;
    /// @dev What all power together stays below.
    uint256 private constant POWER_LIMIT = 1 << 60;

    /// @dev The prime of the field of secp256k1, y² = x³ + 7.
    uint256 private constant P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    /// @notice When the set took office.
    /// @param roll the set
    /// @return the height above which it signs
    function since(bytes calldata roll) internal pure returns (uint64) {
        return uint64(bytes8(roll[0:8]));
    }

    /// @notice The power of all members.
    /// @param roll the set
    /// @return the sum
    function totalPower(bytes calldata roll) internal pure returns (uint64) {
        return uint64(bytes8(roll[8:16]));
    }

    /// @notice The name of the set.
    /// @param roll the set
    /// @return the hash by which headers name it
    function validatorsHash(bytes calldata roll) internal pure returns (bytes32) {
        return bytes32(roll[16:48]);
    }

    /// @notice How many members there are.
    /// @param roll the set
    /// @return their number
    function size(bytes calldata roll) internal pure returns (uint256) {
        return (roll.length - ROLL_HEAD) / MEMBER_LENGTH;
    }

    /// @notice One member.
    /// @param roll the set
    /// @param index its place, below `size`; this is for the caller to check
    /// @return who the address of its key
    /// @return power its power
    function member(bytes calldata roll, uint256 index) internal pure returns (address who, uint256 power) {
        assembly ("memory-safe") {
            let entry := calldataload(add(roll.offset, add(ROLL_HEAD, mul(index, MEMBER_LENGTH))))
            who := shr(96, entry)
            power := and(shr(32, entry), 0xffffffffffffffff)
        }
    }

    /// @notice Makes the roll of a set from the full keys of its members.
    /// @param keys see above
    /// @param height the height above which the set signs
    /// @return hashOfRoll what a contract keeps
    /// @return hashOfSet the validators hash, which the caller compares with a header's
    function enrol(bytes memory keys, uint64 height) internal view returns (bytes32 hashOfRoll, bytes32 hashOfSet) {
        uint256 n = keys.length / KEY_LENGTH;
        if (n == 0 || n > MAX_MEMBERS || keys.length % KEY_LENGTH != 0) revert MalformedKeys(keys.length);

        bytes memory members = new bytes(n * MEMBER_LENGTH);
        bytes32[] memory leaves = new bytes32[](n);
        uint256 total = 0;
        for (uint256 i = 0; i < n; i++) {
            (uint256 x, uint256 y, uint64 power) = _key(keys, i);
            if (!_onCurve(x, y)) revert KeyNotOnCurve(i);
            if (power == 0) revert ZeroPower(i);
            total += power;
            // SimpleValidator{1: PublicKey{5: compressed key}, 2: power}
            bytes1 sign = y % 2 == 0 ? bytes1(0x02) : bytes1(0x03);
            leaves[i] = Rfc6962.leaf(abi.encodePacked(hex"0a232a21", sign, x, Protobuf.field(0x10, power)));
            _setMember(members, i, x, y, power);
        }
        if (total >= POWER_LIMIT) revert PowerOverflow();

        hashOfSet = Rfc6962.root(leaves);
        hashOfRoll = keccak256(abi.encodePacked(height, uint64(total), hashOfSet, members));
    }

    /// @dev One member among keys.
    function _key(bytes memory keys, uint256 index) private pure returns (uint256 x, uint256 y, uint64 power) {
        assembly ("memory-safe") {
            let at := add(add(keys, 32), mul(index, KEY_LENGTH))
            x := mload(at)
            y := mload(add(at, 32))
            power := shr(192, mload(add(at, 64)))
        }
    }

    /// @dev Whether (x, y) is a point of secp256k1 other than the one at infinity.
    function _onCurve(uint256 x, uint256 y) private pure returns (bool) {
        return x < P && y < P && mulmod(y, y, P) == addmod(mulmod(x, mulmod(x, x, P), P), 7, P);
    }

    /// @dev Writes one member of a roll. A word is four bytes longer than a member;
    /// those bytes are kept as they are.
    function _setMember(bytes memory members, uint256 index, uint256 x, uint256 y, uint64 power) private pure {
        assembly ("memory-safe") {
            mstore(0, x)
            mstore(32, y)
            let account := and(keccak256(0, 64), 0xffffffffffffffffffffffffffffffffffffffff)
            let at := add(add(members, 32), mul(index, MEMBER_LENGTH))
            mstore(at, or(or(shl(96, account), shl(32, power)), and(mload(at), 0xffffffff)))
        }
    }
}
