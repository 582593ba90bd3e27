// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Iavl} from "./Iavl.sol";
import {IAppHashes} from "./IAppHashes.sol";
import {IResults} from "./IResults.sol";
import {Result, Results} from "./Result.sol";

/// @title Results of elections, proved from the chain's state
/// @notice Anybody proves a result once; every contract can then act on it. There is
/// no owner: what stands here follows from an anchored application hash and nothing
/// else. The chain writes a result when the election is over and never changes it.
contract ResultRegistry is IResults {
    /// @notice What is kept of a result: numbers in one slot, and its tally as the
    /// chain encodes it, which for few options and voters fits another.
    /// @param anchored the height of the header that it was proved against
    /// @param votes see `Result`
    /// @param overwritten see `Result`
    /// @param height see `Result`
    /// @param tally docs/spec/encoding.md, section 5
    struct Kept {
        uint64 anchored;
        uint64 votes;
        uint64 overwritten;
        uint64 height;
        bytes tally;
    }

    /// @notice Where application hashes come from.
    IAppHashes public immutable anchor;

    /// @dev Nothing was anchored at height 0, which marks those who are not there.
    mapping(bytes32 election => Kept) private _kept;

    /// @notice A result was proved against the header of a height.
    event ResultProved(bytes32 indexed election, uint64 indexed anchored, Result result);

    /// @notice The result is known already.
    error AlreadyProved(bytes32 election);
    /// @notice The proof leads to another root than the one that was anchored.
    error WrongProof(bytes32 root, bytes32 appHash);

    /// @param anchor_ where application hashes come from
    constructor(IAppHashes anchor_) {
        anchor = anchor_;
    }

    /// @notice Proves the result of an election.
    /// @param election its id
    /// @param anchored the height of an anchored header
    /// @param record the result record of the state that this header commits to
    /// @param version the height that wrote the record
    /// @param path see `Iavl`
    function prove(bytes32 election, uint64 anchored, bytes calldata record, uint64 version, bytes calldata path)
        external
    {
        Kept storage kept = _kept[election];
        if (kept.anchored != 0 && anchor.isAnchored(kept.anchored)) revert AlreadyProved(election);
        bytes32 root = Iavl.rootWith(abi.encodePacked("r", election), record, version, path);
        bytes32 appHash = anchor.appHash(anchored);
        if (root != appHash) revert WrongProof(root, appHash);

        (Result memory proved, uint256 tallyEnd) = Results.decode(record);
        kept.anchored = anchored;
        kept.votes = proved.votes;
        kept.overwritten = proved.overwritten;
        kept.height = proved.height;
        kept.tally = record[1:tallyEnd];
        emit ResultProved(election, anchored, proved);
    }

    /// @inheritdoc IResults
    function result(bytes32 election) external view returns (Result memory found) {
        Kept storage kept = _kept[election];
        if (kept.anchored == 0) revert NotProved(election);
        // Reverts if the chain was forked at or below that height.
        anchor.appHash(kept.anchored);
        found = Results.decodeTally(kept.tally);
        found.votes = kept.votes;
        found.overwritten = kept.overwritten;
        found.height = kept.height;
    }
}
