// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Calldata} from "./Calldata.sol";
import {Protobuf} from "./Protobuf.sol";
import {ValidatorSet} from "./ValidatorSet.sol";

/// @notice What the signatures of a commit have in common besides the block's hash
/// and height.
/// @param round the round in which the block was decided
/// @param parts the number of parts that the block was sent in
/// @param partsHash the root of those parts
struct Commit {
    uint32 round;
    uint32 parts;
    bytes32 partsHash;
}

/// @title Precommits: what validators sign (docs/spec/proofs.md, section 3)
/// @notice The message of each validator is put together here: type, height, round,
/// block and chain id come from what is being anchored, and only the time of the
/// vote is the validator's own. Its bytes come with the signature, between a length
/// and the chain id, and so cannot be anything but the time that was signed: no
/// other bytes there give the message that the validator signed.
///
///     signatures = n × ( index 2 ‖ r 32 ‖ s 32 ‖ v 1 ‖ length 1 ‖ time )
///
/// where the index is the validator's place in the set and the time is a Timestamp
/// of that length. They come in ascending order of the index, which is how none
/// counts twice.
library Commits {
    using Calldata for bytes;
    using ValidatorSet for bytes;

    /// @notice Bytes are missing at the end, or a time is longer than times are.
    error MalformedSignatures(uint256 left);
    /// @notice The index is not above that of the signature before.
    error SignerOutOfOrder(uint256 index);
    /// @notice The set has no such validator.
    error SignerOutOfRange(uint256 index);
    /// @notice The signature has a twin: s is in the upper half, or v is not 0 or 1.
    error SignatureNotCanonical(uint256 index);
    /// @notice The validator did not sign this.
    error WrongSignature(uint256 index);

    /// @dev Of a signature without its time.
    uint256 private constant FIXED_LENGTH = 68;
    /// @dev Two tags and two varints of 10 and 5 bytes.
    uint256 private constant MAX_TIME_LENGTH = 17;
    /// @dev Half the order of secp256k1, rounded down.
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Counts the power of those who signed a block. Every signature must be right.
    /// @param commit what the signatures have in common
    /// @param signatures see above
    /// @param blockHash the hash of the block
    /// @param height its height
    /// @param chainIdField see `fieldOfChainId`
    /// @param roll the set that signs, which the caller has checked
    /// @return power the sum of theirs
    function signedPower(
        Commit calldata commit,
        bytes calldata signatures,
        bytes32 blockHash,
        uint64 height,
        bytes memory chainIdField,
        bytes calldata roll
    ) internal pure returns (uint256 power) {
        bytes memory head = _head(commit, blockHash, height);
        uint256 members = roll.size();
        uint256 next = 0;
        // Sums of at most 65,536 indices and powers of 64 bits do not overflow.
        unchecked {
            while (signatures.length != 0) {
                if (signatures.length < FIXED_LENGTH) revert MalformedSignatures(signatures.length);
                uint256 length = FIXED_LENGTH + uint8(signatures.word(66)[1]);
                if (length > signatures.length || length > FIXED_LENGTH + MAX_TIME_LENGTH) {
                    revert MalformedSignatures(signatures.length);
                }
                uint256 index = uint16(bytes2(signatures.word(0)));
                if (index < next) revert SignerOutOfOrder(index);
                if (index >= members) revert SignerOutOfRange(index);

                bytes32 digest = _digest(head, signatures[FIXED_LENGTH:length], chainIdField);
                (address member, uint256 weight) = roll.member(index);
                if (_signer(digest, signatures, index) != member) revert WrongSignature(index);

                power += weight;
                next = index + 1;
                signatures = signatures[length:];
            }
        }
    }

    /// @notice Makes field 6 of the message.
    /// @param chainId the chain id, of 1 to 127 bytes
    /// @return the field
    function fieldOfChainId(bytes memory chainId) internal pure returns (bytes memory) {
        return bytes.concat(hex"32", bytes1(uint8(chainId.length)), chainId);
    }

    /// @dev Who made the first of these signatures.
    function _signer(bytes32 digest, bytes calldata signatures, uint256 index) private pure returns (address signer) {
        bytes32 r = signatures.word(2);
        bytes32 s = signatures.word(34);
        uint8 v = uint8(signatures.word(66)[0]);
        if (uint256(s) > HALF_ORDER || v > 1) revert SignatureNotCanonical(index);
        signer = ecrecover(digest, 27 + v, r, s);
        if (signer == address(0)) revert WrongSignature(index);
    }

    /// @dev The fields of CanonicalVote that all validators sign alike: 1 type,
    /// 2 height, 3 round (left out if zero), 4 block id.
    function _head(Commit calldata commit, bytes32 blockHash, uint64 height) private pure returns (bytes memory) {
        bytes memory round = commit.round == 0 ? bytes("") : abi.encodePacked(hex"19", Protobuf.fixed64(commit.round));
        bytes memory parts = abi.encodePacked(Protobuf.field(0x08, commit.parts), hex"1220", commit.partsHash);
        // The block id is the block's hash, 34 bytes, and the parts behind a tag
        // and a length.
        return abi.encodePacked(
            hex"080211",
            Protobuf.fixed64(height),
            round,
            hex"22",
            uint8(36 + parts.length),
            hex"0a20",
            blockHash,
            hex"12",
            uint8(parts.length),
            parts
        );
    }

    /// @dev The hash of the message: the length of the body, then the body, which is
    /// the head, field 5 with the time, and field 6.
    function _digest(bytes memory head, bytes calldata time, bytes memory chainIdField)
        private
        pure
        returns (bytes32 digest)
    {
        // In assembly because it runs for every signature and would otherwise leave
        // its bytes in memory each time. Two bytes stay free for the length.
        assembly ("memory-safe") {
            let start := add(mload(0x40), 2)
            let end := add(start, mload(head))
            mcopy(start, add(head, 32), mload(head))
            mstore8(end, 0x2a)
            mstore8(add(end, 1), time.length)
            end := add(end, 2)
            calldatacopy(end, time.offset, time.length)
            end := add(end, time.length)
            mcopy(end, add(chainIdField, 32), mload(chainIdField))
            end := add(end, mload(chainIdField))

            let length := sub(end, start)
            switch lt(length, 0x80)
            case 1 {
                start := sub(start, 1)
                mstore8(start, length)
            }
            default {
                // Below 2^14: a body has at most 180 bytes.
                start := sub(start, 2)
                mstore8(start, or(length, 0x80))
                mstore8(add(start, 1), shr(7, length))
            }
            digest := keccak256(start, sub(end, start))
        }
    }
}
