// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Codec} from "./Codec.sol";
import {Iavl} from "./Iavl.sol";
import {IAppHashes} from "./IAppHashes.sol";
import {IResults} from "./IResults.sol";
import {Result, Results} from "./Result.sol";

/// @title Results of elections, proved from the chain's state
/// @notice Anybody proves a result once; every contract can then act on it. There is
/// no owner: what stands here follows from an anchored application hash and nothing
/// else. The chain writes a result when an election is over and never changes it.
contract ResultRegistry is IResults {
    using Codec for Codec.Reader;

    /// @notice Where application hashes come from.
    IAppHashes public immutable anchor;

    /// @dev The height that a result was proved against, 8 bytes, and the bytes of the
    /// record that say it, as the chain wrote them: with few options and voters they
    /// fit one slot of storage.
    mapping(bytes32 election => bytes) private _kept;

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
    /// @param anchored the height of an anchored header; the record is one of the
    /// state that this header commits to
    /// @param record the result record
    /// @param version the height that wrote the record
    /// @param path see `Iavl`
    function prove(bytes32 election, uint64 anchored, bytes calldata record, uint64 version, bytes calldata path)
        external
    {
        bytes memory before = _kept[election];
        if (before.length != 0 && anchor.isAnchored(_anchored(before))) revert AlreadyProved(election);

        bytes32 root = Iavl.rootWith(abi.encodePacked("r", election), record, version, path);
        bytes32 appHash = anchor.appHash(anchored);
        if (root != appHash) revert WrongProof(root, appHash);

        (Result memory proved, uint256 end) = Results.decode(record);
        _kept[election] = abi.encodePacked(anchored, record[1:end]);
        emit ResultProved(election, anchored, proved);
    }

    /// @inheritdoc IResults
    function result(bytes32 election) external view returns (Result memory) {
        bytes memory kept = _kept[election];
        if (kept.length == 0) revert NotProved(election);
        // Reverts if the chain was forked at or below that height.
        anchor.appHash(_anchored(kept));
        return Results.read(Codec.Reader(kept, 8));
    }

    /// @dev The height that a result was proved against.
    function _anchored(bytes memory kept) private pure returns (uint64) {
        return uint64(bytes8(kept));
    }
}
