// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Protobuf} from "./Protobuf.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// @notice A block header: the fields that are looked at, and hashes in place of
/// the others. Its fourteen leaves are those of docs/spec/proofs.md, section 1:
/// 0 version, 1 chain id, 2 height, 3 time, 4 last block, 5 last commit, 6 data,
/// 7 validators, 8 next validators, 9 consensus, 10 application, 11 last results,
/// 12 evidence, 13 proposer.
/// @param height the block's height
/// @param time the block's time in unix seconds
/// @param nanos the rest of the time, in nanoseconds
/// @param nextValidatorsHash hash of the set that signs the next block
/// @param appHash root of the state after the block before
/// @param version hash of leaf 0
/// @param last hash of the node above leaves 4 and 5
/// @param data hash of leaf 6
/// @param consensus hash of leaf 9
/// @param results hash of leaf 11
/// @param evidence hash of the node above leaves 12 and 13
struct Header {
    uint64 height;
    uint64 time;
    uint32 nanos;
    bytes32 nextValidatorsHash;
    bytes32 appHash;
    bytes32 version;
    bytes32 last;
    bytes32 data;
    bytes32 consensus;
    bytes32 results;
    bytes32 evidence;
}

/// @title The hash of a header, which is the block's hash
library Headers {
    /// @notice Hashes a header.
    /// @param h the header
    /// @param chainIdLeaf hash of leaf 1, see `leafOfChainId`
    /// @param validatorsHash hash of the set that signs the block
    /// @return the hash of the block
    function hash(Header calldata h, bytes32 chainIdLeaf, bytes32 validatorsHash) internal view returns (bytes32) {
        bytes32 height = Rfc6962.leaf(Protobuf.field(0x08, h.height));
        // Timestamp{1: seconds, 2: nanos}
        bytes32 time = Rfc6962.leaf(bytes.concat(Protobuf.field(0x08, h.time), Protobuf.field(0x10, h.nanos)));

        bytes32 leaves0to3 = Rfc6962.node(Rfc6962.node(h.version, chainIdLeaf), Rfc6962.node(height, time));
        bytes32 leaves4to7 = Rfc6962.node(h.last, Rfc6962.node(h.data, _hashLeaf(validatorsHash)));
        bytes32 leaves8to11 = Rfc6962.node(
            Rfc6962.node(_hashLeaf(h.nextValidatorsHash), h.consensus), Rfc6962.node(_hashLeaf(h.appHash), h.results)
        );
        return Rfc6962.node(Rfc6962.node(leaves0to3, leaves4to7), Rfc6962.node(leaves8to11, h.evidence));
    }

    /// @notice Hashes leaf 1, StringValue{1: chain id}.
    /// @param chainId the chain id, of 1 to 127 bytes
    /// @return the hash of the leaf
    function leafOfChainId(bytes memory chainId) internal view returns (bytes32) {
        return Rfc6962.leaf(bytes.concat(hex"0a", bytes1(uint8(chainId.length)), chainId));
    }

    /// @dev The hash of a leaf BytesValue{1: a hash}.
    function _hashLeaf(bytes32 value) private view returns (bytes32) {
        return Rfc6962.leaf(abi.encodePacked(hex"0a20", value));
    }
}
