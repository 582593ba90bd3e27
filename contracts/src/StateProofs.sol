// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Codec} from "./Codec.sol";
import {Iavl} from "./Iavl.sol";
import {IAppHashes} from "./IAppHashes.sol";
import {Rfc6962} from "./Rfc6962.sol";

/// @title Proofs about anything in the chain's state, for contracts and people
/// @notice Keeps nothing. Each function returns if the proof holds and reverts if
/// not. Keys and records are those of docs/spec/state.md.
contract StateProofs {
    using Codec for Codec.Reader;

    /// @notice Where application hashes come from.
    IAppHashes public immutable anchor;

    /// @notice The proof leads to another root than the one that was anchored.
    error WrongProof(bytes32 root, bytes32 appHash);
    /// @notice The proof leads to another root than that of the election's log.
    error WrongVoteProof(bytes32 root, bytes32 logRoot);

    /// @param anchor_ where application hashes come from
    constructor(IAppHashes anchor_) {
        anchor = anchor_;
    }

    /// @notice Checks that a record is in the state.
    /// @param anchored the height of an anchored header; the state is that after the
    /// block before
    /// @param key its key
    /// @param record its bytes
    /// @param version the height that wrote the record
    /// @param path see `Iavl`
    function requireRecord(
        uint64 anchored,
        bytes memory key,
        bytes calldata record,
        uint64 version,
        bytes calldata path
    ) public view {
        _requireRoot(Iavl.rootWith(key, record, version, path), anchored);
    }

    /// @notice Checks that there is no record of a key in the state.
    /// @param anchored as in `requireRecord`
    /// @param key its bytes
    /// @param proof its neighbours, see `Iavl`
    function requireAbsent(uint64 anchored, bytes calldata key, Iavl.Absence calldata proof) external view {
        _requireRoot(Iavl.rootWithout(key, proof), anchored);
    }

    /// @notice Checks that a vote is in an election's log.
    /// @param anchored as in `requireRecord`
    /// @param election its id
    /// @param log the election's log record
    /// @param version the height that wrote the log record
    /// @param path from the log record to the root of the state
    /// @param vote the vote record
    /// @param position its place in the log, counted from 0
    /// @param votePath from the vote record to the root of the log (RFC 6962)
    function requireVote(
        uint64 anchored,
        bytes32 election,
        bytes calldata log,
        uint64 version,
        bytes calldata path,
        bytes calldata vote,
        uint64 position,
        bytes32[] calldata votePath
    ) external view {
        requireRecord(anchored, abi.encodePacked("l", election), log, version, path);
        Codec.Reader memory r = Codec.open(log);
        bytes32 logRoot = bytes32(r.fixedBytes(32));
        uint64 size = r.uvarint();
        r.uvarint(); // voters
        r.close();
        bytes32 root = Rfc6962.rootOf(Rfc6962.leaf(vote), position, size, votePath);
        if (root != logRoot) revert WrongVoteProof(root, logRoot);
    }

    /// @dev Refuses a root that was not anchored.
    function _requireRoot(bytes32 root, uint64 anchored) private view {
        bytes32 appHash = anchor.appHash(anchored);
        if (root != appHash) revert WrongProof(root, appHash);
    }
}
