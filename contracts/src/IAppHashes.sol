// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

/// @title Whoever knows the roots of the chain's state
/// @notice What proofs about records, votes and results start from.
interface IAppHashes {
    /// @notice Nobody has anchored the header of this height.
    error NotAnchored(uint64 height);
    /// @notice Validators signed two blocks at this height; nothing from there on
    /// is answered or accepted any more.
    error Frozen(uint64 from);

    /// @notice The application hash of a height. Reverts if it is not known or not
    /// believed.
    /// @param height of the header that it stands in
    /// @return the root of the state after the block before that header's
    function appHash(uint64 height) external view returns (bytes32);

    /// @notice Whether there is an application hash of a height.
    /// @param height of the header that it stands in
    /// @return true if it is known and believed
    function isAnchored(uint64 height) external view returns (bool);
}
