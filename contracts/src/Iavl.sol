// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Calldata} from "./Calldata.sol";
import {Protobuf} from "./Protobuf.sol";

/// @title Proofs in the chain's state, an IAVL+ tree over SHA-256
/// @notice What ICS-23 proofs under its IAVL specification show, in a shape that
/// leaves nothing to check but hashes and order: that a key has a value, or that it
/// has none. Every function gives the root that a proof leads to, which the caller
/// compares with an application hash that it trusts.
///
///     leaf = SHA-256( 0 ‖ 2 ‖ version ‖ length of key ‖ key ‖ 32 ‖ SHA-256(value) )
///     node = SHA-256( head ‖ 32 ‖ left ‖ 32 ‖ right )
///
/// The head of a node is its height, size and version as varints, and its first
/// byte is the height, which is above zero; that of a leaf is zero. So neither can
/// be taken for the other, and since both children stand at a fixed distance from
/// the end, no bytes of a head can be taken for a child.
///
/// A path leads from a leaf to the root, step by step:
///
///     step = length of head 1 ‖ head ‖ sibling 32
///
/// with 128 added to the length if the sibling is on the left.
library Iavl {
    using Calldata for bytes;

    /// @notice A leaf next to which a key would stand.
    /// @param key its key
    /// @param valueHash SHA-256 of its value
    /// @param version the version of the tree that wrote it
    struct Neighbour {
        bytes key;
        bytes32 valueHash;
        uint64 version;
    }

    /// @notice Why a key is not in the tree: its neighbours stand side by side.
    /// They meet in one node; `left` is the last leaf below its left child, `right`
    /// the first one below its right child. At an end of the tree there is one
    /// neighbour, on the path to which all siblings are on the other side; the other
    /// neighbour has no key, and the rest is empty.
    /// @param left the neighbour before the key
    /// @param right the neighbour after the key
    /// @param leftPath from the left neighbour up to the meeting: siblings on the left
    /// @param rightPath from the right neighbour up to the meeting: siblings on the right
    /// @param meeting the head of the node in which they meet
    /// @param path from that node to the root
    struct Absence {
        Neighbour left;
        Neighbour right;
        bytes leftPath;
        bytes rightPath;
        bytes meeting;
        bytes path;
    }

    /// @notice A key has 1 to 127 bytes.
    error InvalidKey(uint256 length);
    /// @notice The path ends within a step.
    error MalformedPath();
    /// @notice A head is missing, too long, or that of a leaf.
    error NotANode();
    /// @notice A step turns to the side to which it may not.
    error WrongSide();
    /// @notice The neighbours do not stand on both sides of the key.
    error NotBetween();

    /// @dev Which siblings a path may have.
    enum Siblings {
        Any,
        Left,
        Right
    }

    /// @dev Three varints of at most ten bytes.
    uint256 private constant MAX_HEAD = 30;

    /// @notice The root of a tree in which a key has a value.
    /// @param key its bytes
    /// @param value its bytes
    /// @param version the version of the tree, that is the height, that wrote it
    /// @param path from the leaf to the root
    /// @return the root
    function rootWith(bytes memory key, bytes memory value, uint64 version, bytes calldata path)
        internal
        view
        returns (bytes32)
    {
        return _climb(_leaf(key, sha256(value), version), path, Siblings.Any);
    }

    /// @notice The root of a tree in which a key has no value. An empty tree has no
    /// such proof.
    /// @param key its bytes
    /// @param proof its neighbours
    /// @return the root
    function rootWithout(bytes memory key, Absence calldata proof) internal view returns (bytes32) {
        bool hasLeft = proof.left.key.length != 0;
        bool hasRight = proof.right.key.length != 0;
        if (hasLeft && !_less(proof.left.key, key)) revert NotBetween();
        if (hasRight && !_less(key, proof.right.key)) revert NotBetween();
        if (hasLeft && hasRight) {
            bytes32 left = _climb(_leaf(proof.left), proof.leftPath, Siblings.Left);
            bytes32 right = _climb(_leaf(proof.right), proof.rightPath, Siblings.Right);
            return _climb(_node(proof.meeting, left, right), proof.path, Siblings.Any);
        }
        bytes calldata none = hasLeft ? proof.rightPath : proof.leftPath;
        if (proof.meeting.length != 0 || proof.path.length != 0 || none.length != 0) revert MalformedPath();
        if (hasLeft) return _climb(_leaf(proof.left), proof.leftPath, Siblings.Left);
        return _climb(_leaf(proof.right), proof.rightPath, Siblings.Right);
    }

    /// @dev The root above a node or leaf.
    function _climb(bytes32 hash, bytes calldata path, Siblings allowed) private view returns (bytes32) {
        while (path.length != 0) {
            uint256 first = uint8(path.word(0)[0]);
            bool siblingIsLeft = first > 127;
            uint256 end = 1 + (first & 127);
            if (path.length < end + 32) revert MalformedPath();
            if (allowed != Siblings.Any && siblingIsLeft != (allowed == Siblings.Left)) revert WrongSide();
            bytes32 sibling = path.word(end);
            hash = siblingIsLeft ? _node(path[1:end], sibling, hash) : _node(path[1:end], hash, sibling);
            path = path[end + 32:];
        }
        return hash;
    }

    /// @dev The hash of a node.
    function _node(bytes calldata head, bytes32 left, bytes32 right) private view returns (bytes32 hash) {
        if (head.length == 0 || head.length > MAX_HEAD || head[0] == 0) revert NotANode();
        // In assembly because it runs for every step of a path.
        assembly ("memory-safe") {
            let p := mload(0x40)
            calldatacopy(p, head.offset, head.length)
            let children := add(p, head.length)
            mstore8(children, 32)
            mstore(add(children, 1), left)
            mstore8(add(children, 33), 32)
            mstore(add(children, 34), right)
            if iszero(staticcall(gas(), 2, p, add(head.length, 66), 0, 32)) { revert(0, 0) }
            hash := mload(0)
        }
    }

    /// @dev The hash of a neighbour.
    function _leaf(Neighbour calldata n) private pure returns (bytes32) {
        return _leaf(n.key, n.valueHash, n.version);
    }

    /// @dev The hash of a leaf. Height 0, size 1 and the version are signed varints,
    /// which are written doubled.
    function _leaf(bytes memory key, bytes32 valueHash, uint64 version) private pure returns (bytes32) {
        if (key.length == 0 || key.length > 127) revert InvalidKey(key.length);
        return sha256(
            abi.encodePacked(hex"0002", Protobuf.varint(2 * version), uint8(key.length), key, uint8(32), valueHash)
        );
    }

    /// @dev Whether a comes before b in byte order.
    function _less(bytes memory a, bytes memory b) private pure returns (bool) {
        for (uint256 i = 0; i < a.length && i < b.length; i++) {
            if (a[i] != b[i]) return a[i] < b[i];
        }
        return a.length < b.length;
    }
}
