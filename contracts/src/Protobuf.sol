// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The few encodings of Protocol Buffers that headers and votes use
/// @notice Each value has one encoding: the shortest.
library Protobuf {
    /// @notice LEB128: seven bits a byte, least significant first, the high bit set
    /// on all bytes but the last.
    function varint(uint64 value) internal pure returns (bytes memory out) {
        uint256 word = 0;
        uint256 length = 1;
        for (; value > 0x7f; value >>= 7) {
            word = (word << 8) | 0x80 | (value & 0x7f);
            length++;
        }
        // At most ten bytes, which go to the upper end of a word.
        out = abi.encodePacked(((word << 8) | value) << (256 - 8 * length));
        assembly ("memory-safe") {
            mstore(out, length)
        }
    }

    /// @notice sfixed64: eight bytes, least significant first.
    function fixed64(uint64 value) internal pure returns (bytes8) {
        value = ((value & 0xff00ff00ff00ff00) >> 8) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value & 0xffff0000ffff0000) >> 16) | ((value & 0x0000ffff0000ffff) << 16);
        return bytes8((value >> 32) | (value << 32));
    }
}
