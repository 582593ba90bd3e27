// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title The chain's records, field by field (docs/spec/encoding.md, section 1)
/// @notice Records come from the chain's state and are well formed. Bytes that are
/// not revert; that a number is written in its shortest form is not looked at.
library Codec {
    /// @notice The bytes are no record of the kind that was expected.
    error MalformedRecord();

    /// @notice A record that is being read.
    /// @param data its bytes
    /// @param next where its next field begins
    struct Reader {
        bytes data;
        uint256 next;
    }

    /// @notice Starts a record, whose first field is its version, 1.
    /// @param record its bytes
    /// @return r the reader, behind the version
    function open(bytes memory record) internal pure returns (Reader memory r) {
        r.data = record;
        if (fixedBytes(r, 1) != 1) revert MalformedRecord();
    }

    /// @notice Ends a record: nothing may follow.
    /// @param r the reader
    function close(Reader memory r) internal pure {
        if (r.next != r.data.length) revert MalformedRecord();
    }

    /// @notice Reads some bytes as one big-endian number.
    /// @param r the reader
    /// @param length how many bytes, at most 32
    /// @return value the number
    function fixedBytes(Reader memory r, uint256 length) internal pure returns (uint256 value) {
        bytes memory data = r.data;
        uint256 next = r.next;
        if (length > 32 || next + length > data.length) revert MalformedRecord();
        r.next = next + length;
        if (length == 0) return 0;
        assembly ("memory-safe") {
            value := shr(sub(256, shl(3, length)), mload(add(add(data, 32), next)))
        }
    }

    /// @notice Reads an amount: a length and as many bytes.
    /// @param r the reader
    /// @return the number
    function amount(Reader memory r) internal pure returns (uint256) {
        return fixedBytes(r, fixedBytes(r, 1));
    }

    /// @notice Reads a LEB128 number below 2^64.
    /// @param r the reader
    /// @return the number
    function uvarint(Reader memory r) internal pure returns (uint64) {
        uint256 value = 0;
        for (uint256 shift = 0; shift < 70; shift += 7) {
            uint256 b = fixedBytes(r, 1);
            value |= (b & 0x7f) << shift;
            if (b < 0x80) {
                if (value > type(uint64).max) break;
                return uint64(value);
            }
        }
        revert MalformedRecord();
    }
}
