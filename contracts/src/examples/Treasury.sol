// SPDX-License-Identifier: AGPL-3.0-or-later
pragma solidity 0.8.37;

import {IResults} from "../IResults.sol";
import {Result} from "../Result.sol";

/// @title An example of a contract that acts on a result
/// @notice Holds money for one proposal. If an election on the chain accepts it, with
/// a quorum, the money goes to the recipient, whoever asks for it; after a deadline
/// what is left goes back to whoever gave it. Nobody is asked to believe anybody.
///
/// The election has one question, of which option 0 is no and option 1 is yes; more
/// options count towards the quorum alone.
contract Treasury {
    /// @notice Where results come from.
    IResults public immutable results;
    /// @notice The election that decides.
    bytes32 public immutable election;
    /// @notice Who gets the money if it accepts.
    address payable public immutable recipient;
    /// @notice Who gets it back otherwise.
    address payable public immutable funder;
    /// @notice How many voters must have taken part.
    uint64 public immutable quorum;
    /// @notice From when on the money can be taken back, unix seconds. The result
    /// should be proved long before.
    uint64 public immutable deadline;

    /// @notice The money was paid out.
    event Paid(address indexed to, uint256 amount);

    /// @notice The election has other questions than this one.
    error NotAProposal();
    /// @notice Too few took part.
    error NoQuorum(uint64 votes, uint64 quorum);
    /// @notice There is no majority.
    error Rejected(uint256 yes, uint256 no);
    /// @notice It is too early.
    error NotYet(uint64 deadline);
    /// @notice There is no money, or it was refused.
    error NotPaid();

    /// @param results_ where results come from
    /// @param election_ the election that decides
    /// @param recipient_ who gets the money if it accepts
    /// @param quorum_ how many voters must take part
    /// @param deadline_ from when on the money can be taken back, unix seconds
    constructor(IResults results_, bytes32 election_, address payable recipient_, uint64 quorum_, uint64 deadline_)
        payable
    {
        results = results_;
        election = election_;
        recipient = recipient_;
        funder = payable(msg.sender);
        quorum = quorum_;
        deadline = deadline_;
    }

    /// @notice Pays if the proposal was accepted.
    function pay() external {
        Result memory r = results.result(election);
        if (r.columns < 2 || r.cells.length != r.columns) revert NotAProposal();
        if (r.votes < quorum) revert NoQuorum(r.votes, quorum);
        if (r.cells[1] <= r.cells[0]) revert Rejected(r.cells[1], r.cells[0]);
        _empty(recipient);
    }

    /// @notice Gives the money back after the deadline.
    function refund() external {
        if (block.timestamp < deadline) revert NotYet(deadline);
        _empty(funder);
    }

    /// @dev Keeps no record, so a call that comes back in finds nothing left.
    function _empty(address payable to) private {
        uint256 amount = address(this).balance;
        if (amount == 0) revert NotPaid();
        emit Paid(to, amount);
        (bool paid,) = to.call{value: amount}("");
        if (!paid) revert NotPaid();
    }
}
