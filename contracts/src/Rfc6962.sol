// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Merkle trees as RFC 6962 (section 2.1) hashes them, over SHA-256
/// @notice Headers, validator sets and vote logs of the chain are such trees.
/// A leaf is hashed after a byte 0 and a node after a byte 1, so that neither can
/// be taken for the other. The two hashes are in assembly because they run for every
/// node of every tree; they write above the free memory pointer and leave it alone.
library Rfc6962 {
    /// @notice There is no such position in a tree of this size.
    error PositionOutOfRange(uint64 position, uint64 size);
    /// @notice The path is shorter or longer than the position and the size ask for.
    error WrongPathLength(uint256 length);

    /// @notice Hashes a leaf.
    /// @param data its bytes
    /// @return hash SHA-256(0x00 ‖ data)
    function leaf(bytes memory data) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 0)
            mcopy(add(p, 1), add(data, 32), mload(data))
            if iszero(staticcall(gas(), 2, p, add(1, mload(data)), 0, 32)) { revert(0, 0) }
            hash := mload(0)
        }
    }

    /// @notice Hashes an inner node.
    /// @param left the hash of its left child
    /// @param right the hash of its right child
    /// @return hash SHA-256(0x01 ‖ left ‖ right)
    function node(bytes32 left, bytes32 right) internal view returns (bytes32 hash) {
        assembly ("memory-safe") {
            let p := mload(0x40)
            mstore8(p, 1)
            mstore(add(p, 1), left)
            mstore(add(p, 33), right)
            if iszero(staticcall(gas(), 2, p, 65, 0, 32)) { revert(0, 0) }
            hash := mload(0)
        }
    }

    /// @notice Computes the root of a tree.
    /// @param hashes those of the leaves, at least one; the array is used up
    /// @return the root
    /// @dev Joining neighbours and carrying an odd last one up gives the same tree
    /// as splitting at the largest power of two.
    function root(bytes32[] memory hashes) internal view returns (bytes32) {
        uint256 n = hashes.length;
        while (n > 1) {
            uint256 pairs = n / 2;
            for (uint256 i = 0; i < pairs; i++) {
                hashes[i] = node(hashes[2 * i], hashes[2 * i + 1]);
            }
            if (n % 2 == 1) hashes[pairs] = hashes[n - 1];
            n = pairs + (n % 2);
        }
        return hashes[0];
    }

    /// @notice The root that a leaf at a position of a tree of a size leads to
    /// (RFC 9162, section 2.1.3.2). The caller compares it with the one it trusts.
    /// @param hash the hash of the leaf
    /// @param position its place, counted from 0
    /// @param size how many leaves there are
    /// @param path the siblings on the way from the leaf to the root
    /// @return the root
    function rootOf(bytes32 hash, uint64 position, uint64 size, bytes32[] calldata path)
        internal
        view
        returns (bytes32)
    {
        if (position >= size) revert PositionOutOfRange(position, size);
        uint256 place = position;
        uint256 last = size - 1;
        for (uint256 i = 0; i < path.length; i++) {
            if (last == 0) revert WrongPathLength(path.length);
            if (place % 2 == 1 || place == last) {
                hash = node(path[i], hash);
                // The last node of a level that is a left child has no sibling: it
                // is carried up until it is a right child.
                while (place % 2 == 0 && place != 0) {
                    place /= 2;
                    last /= 2;
                }
            } else {
                hash = node(hash, path[i]);
            }
            place /= 2;
            last /= 2;
        }
        if (last != 0) revert WrongPathLength(path.length);
        return hash;
    }
}
