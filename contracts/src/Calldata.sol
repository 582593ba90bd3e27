// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Bytes of a call, without a look at their length
/// @notice For loops that have looked at it already.
library Calldata {
    /// @notice Reads a word.
    /// @param data the bytes
    /// @param offset where the word begins
    /// @return value the 32 bytes from there on
    function word(bytes calldata data, uint256 offset) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := calldataload(add(data.offset, offset))
        }
    }
}
