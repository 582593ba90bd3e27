// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {Result} from "./Result.sol";

/// @title Whoever knows results of elections
interface IResults {
    /// @notice Nobody has proved the result of this election.
    error NotProved(bytes32 election);

    /// @notice The result of an election. Reverts if it was not proved, or if what it
    /// was proved against is no longer believed (`IAppHashes.Frozen`).
    /// @param election its id
    /// @return the final word on it
    function result(bytes32 election) external view returns (Result memory);
}
