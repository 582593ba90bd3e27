// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Codec} from "./Codec.sol";

/// @notice The final word on an election.
/// @param cells the matrix, row by row; docs/spec/tally.md says how to read it
/// @param columns of the matrix, which has `cells.length / columns` rows
/// @param weight of all votes together
/// @param votes how many voters were counted
/// @param overwritten how many votes were replaced by later ones
/// @param height the block of the chain that closed the election
struct Result {
    uint256[] cells;
    uint256 columns;
    uint256 weight;
    uint64 votes;
    uint64 overwritten;
    uint64 height;
}

/// @title Result records and the tallies in them (docs/spec/state.md, section 3)
library Results {
    using Codec for Codec.Reader;

    /// @notice Reads a result record.
    /// @return result what it says
    /// @return tallyEnd where its tally ends, which begins at its second byte
    function decode(bytes memory record) internal pure returns (Result memory result, uint256 tallyEnd) {
        Codec.Reader memory r = Codec.open(record);
        _tally(r, result);
        tallyEnd = r.next;
        result.votes = r.uvarint();
        result.overwritten = r.uvarint();
        r.uvarint(); // invalid ballots
        r.fixedBytes(32); // census root
        r.fixedBytes(32); // root of the log
        r.uvarint(); // size of the log
        r.fixedBytes(1); // method
        result.height = r.uvarint();
        r.close();
    }

    /// @notice Reads a tally alone.
    function decodeTally(bytes memory tally) internal pure returns (Result memory result) {
        Codec.Reader memory r = Codec.Reader(tally, 0);
        _tally(r, result);
        r.close();
    }

    /// @dev Reads a tally where the reader stands.
    function _tally(Codec.Reader memory r, Result memory result) private pure {
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
    }
}
