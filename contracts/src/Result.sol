// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Codec} from "./Codec.sol";

/// @notice The final word on an election.
/// @param cells the matrix, row by row; docs/spec/tally.md says how to read it
/// @param columns of the matrix, which has `cells.length / columns` rows
/// @param weight of all votes together
/// @param votes how many voters were counted
/// @param overwritten how many votes were replaced by later ones
struct Result {
    uint256[] cells;
    uint256 columns;
    uint256 weight;
    uint64 votes;
    uint64 overwritten;
}

/// @title Result records (docs/spec/state.md, section 3)
library Results {
    using Codec for Codec.Reader;

    /// @notice Reads a whole record.
    /// @param record its bytes
    /// @return result what it says
    /// @return end of those of its bytes that say it; they begin with the second one
    function decode(bytes memory record) internal pure returns (Result memory result, uint256 end) {
        Codec.Reader memory r = Codec.open(record);
        result = read(r);
        end = r.next;
        r.uvarint(); // invalid ballots
        r.fixedBytes(32); // census root
        r.fixedBytes(32); // root of the log
        r.uvarint(); // size of the log
        r.fixedBytes(1); // method
        r.uvarint(); // height that closed the election
        r.close();
    }

    /// @notice Reads the part of a record that says the result: the tally
    /// (docs/spec/encoding.md, section 5) and two numbers.
    /// @param r the reader, where that part begins
    /// @return result what it says
    function read(Codec.Reader memory r) internal pure returns (Result memory result) {
        if (r.fixedBytes(1) != 1) revert Codec.MalformedRecord();
        uint256 rows = r.uvarint();
        uint256 columns = r.uvarint();
        // A cell takes a byte at least, so there are no more of them than bytes.
        if (rows * columns > r.data.length) revert Codec.MalformedRecord();
        uint256[] memory cells = new uint256[](rows * columns);
        for (uint256 i = 0; i < cells.length; i++) {
            cells[i] = r.amount();
        }
        result.cells = cells;
        result.columns = columns;
        result.weight = r.amount();
        result.votes = r.uvarint();
        result.overwritten = r.uvarint();
    }
}
