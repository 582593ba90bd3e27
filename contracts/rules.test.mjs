// Each rule must be able to fail: `node --test`.
import assert from 'node:assert/strict'
import test from 'node:test'
import solc from 'solc'
import { faults } from './rules.mjs'

const head = '// SPDX-License-Identifier: AGPL-3.0-or-later\npragma solidity 0.8.37;\n'

function complaints(body, path = 'src/T.sol', top = head) {
  const content = top + body
  const input = { language: 'Solidity', sources: { [path]: { content } }, settings: { outputSelection: { '*': { '': ['ast'] } } } }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  assert.deepEqual((output.errors ?? []).filter((e) => e.severity === 'error').map((e) => e.formattedMessage), [])
  return faults(path, content, output.sources[path].ast).join('\n')
}

const f = (body) => `/// @notice C\ncontract C {\n/// @notice f\nfunction f() external {${body}}\n}\n`

test('what is in order passes', () => {
  assert.equal(complaints(f('')), '')
})

const broken = {
  'no licence': ['', 'src/T.sol', 'pragma solidity 0.8.37;\n'],
  'another compiler': ['', 'src/T.sol', head.replace('0.8.37', '^0.8.0')],
  'more than 120': [`// ${'x'.repeat(120)}\n`],
  'C has no comment': ['contract C {}\n'],
  'x has no comment': ['/// @notice C\ncontract C {\nuint256 x;\n}\n'],
  'E has no comment': ['/// @notice C\ncontract C {\nerror E();\n}\n'],
  '@param a is missing': ['/// @notice C\ncontract C {\n/// @notice f\nfunction f(uint256 a) external {}\n}\n'],
  '@param b is missing': ['/// @notice L\nlibrary L {\n/// @notice f\nfunction f(uint256 b) internal {}\n}\n'],
  '0 times @return': ['/// @notice C\ncontract C {\n/// @notice f\nfunction f() external returns (uint256) {}\n}\n'],
  'no name': ['/// @notice C\ncontract C {\n/// @notice r\nreceive() external payable {}\n}\n'],
  'hides in a modifier': ['/// @notice C\ncontract C {\nmodifier m() { _; }\n/// @notice f\nfunction f() external m {}\n}\n'],
  'asks who calls': [f('require(msg.sender != address(0));')],
  'origin tells': [f('require(tx.origin != address(0));')],
  'runs foreign code': [f('(bool ok,) = address(1).delegatecall(""); require(ok);')],
  'unknown contract': [f('(bool ok,) = address(1).call(""); require(ok);')],
  'handles money': [f('require(address(this).balance == 0);')],
  'ignores a refusal': [f('payable(address(1)).send(0);')],
  'destroys the contract': [f('selfdestruct(payable(address(1)));')],
  'not memory-safe': [f('assembly { mstore(0, 0) }')],
  'assembly uses sstore': [f('assembly ("memory-safe") { sstore(0, 0) }')],
  'assembly uses delegatecall': [f('assembly ("memory-safe") { pop(delegatecall(gas(), 0, 0, 0, 0, 0)) }')],
}

for (const [want, args] of Object.entries(broken)) {
  test(want, () => assert.match(complaints(...args), new RegExp(want)))
}

test('an example may pay', () => {
  assert.equal(complaints(f('(bool ok,) = address(1).call{value: 0}(""); require(ok);'), 'src/examples/T.sol'), '')
})
