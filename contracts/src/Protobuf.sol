// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The few encodings of Protocol Buffers that headers and votes use
/// @notice Each value has one encoding: the shortest.
library Protobuf {
    /// @notice LEB128: seven bits a byte, least significant first, the high bit set
    /// on all bytes but the last.
    /// @param value a number
    /// @return its encoding
    function varint(uint64 value) internal pure returns (bytes memory) {
        return _varint(0, 0, value);
    }

    /// @notice A field that is a varint.
    /// @param tag its number and kind
    /// @param value a number
    /// @return tag and varint; nothing if the number is zero
    function field(uint8 tag, uint64 value) internal pure returns (bytes memory) {
        return value == 0 ? bytes("") : _varint(tag, 1, value);
    }

    /// @notice sfixed64: eight bytes, least significant first.
    /// @param value a number
    /// @return its encoding
    function fixed64(uint64 value) internal pure returns (bytes8) {
        value = ((value & 0xff00ff00ff00ff00) >> 8) | ((value & 0x00ff00ff00ff00ff) << 8);
        value = ((value & 0xffff0000ffff0000) >> 16) | ((value & 0x0000ffff0000ffff) << 16);
        return bytes8((value >> 32) | (value << 32));
    }

    /// @dev A varint behind the first `length` bytes of a word.
    function _varint(uint256 word, uint256 length, uint64 value) private pure returns (bytes memory out) {
        for (; value > 0x7f; value >>= 7) {
            word = (word << 8) | 0x80 | (value & 0x7f);
            length++;
        }
        // At most eleven bytes, which go to the upper end of a word.
        out = abi.encodePacked(((word << 8) | value) << (248 - 8 * length));
        assembly ("memory-safe") {
            mstore(out, add(length, 1))
        }
    }
}
