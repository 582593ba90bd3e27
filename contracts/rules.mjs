// Rules for the sources that the compiler does not have. They look for what static
// analysers look for first, and for what our contracts promise: nobody is special,
// and every name says what it is for.

// Nodes that need a comment of their own.
const documented = new Set([
  'ContractDefinition',
  'EnumDefinition',
  'ErrorDefinition',
  'EventDefinition',
  'FunctionDefinition',
  'StructDefinition',
])

// Members whose use would give somebody power over a contract, or make what it
// does depend on who carries a call. The example pays, and so may call.
const forbidden = {
  callcode: 'runs foreign code',
  delegatecall: 'runs foreign code',
  origin: 'tells who carries a call',
  coinbase: 'is chosen by whoever makes the block',
  prevrandao: 'is no source of chance here',
  send: 'ignores a refusal',
  transfer: 'may run out of gas',
}
const onlyInExamples = { call: 'calls an unknown contract', value: 'handles money', balance: 'handles money' }

// The same inside assembly.
const forbiddenInstructions = [
  'call', 'callcode', 'create', 'create2', 'delegatecall', 'selfdestruct', 'sload', 'sstore', 'tload', 'tstore',
  'origin', 'caller', 'gasprice', 'timestamp', 'number', 'return', 'log0', 'log1', 'log2', 'log3', 'log4',
]

/** faults lists what breaks the rules in one file. */
export function faults(path, text, ast) {
  const out = []
  const at = (node) => `${path}:${text.slice(0, Number(node.src.split(':')[0])).split('\n').length}`
  const fault = (node, what) => out.push(`${at(node)}: ${what}`)
  const example = path.startsWith('src/examples/')

  if (!text.startsWith('// SPDX-License-Identifier: AGPL-3.0-or-later\n')) out.push(`${path}:1: no licence`)
  text.split('\n').forEach((line, i) => {
    if ([...line].length > 120) out.push(`${path}:${i + 1}: more than 120 characters`)
  })

  walk(ast, [], (node, above) => {
    switch (node.nodeType) {
      case 'PragmaDirective':
        if (node.literals.join('') !== 'solidity0.8.37') fault(node, 'another compiler than the pinned one')
        break
      case 'FunctionDefinition':
        checkParameters(node)
        if (node.kind === 'receive' || node.kind === 'fallback') fault(node, 'takes calls that have no name')
        if (node.modifiers.length > 0) fault(node, 'a rule that hides in a modifier')
        break
      case 'VariableDeclaration':
        if (node.stateVariable && !node.documentation) fault(node, `${node.name} has no comment`)
        break
      case 'MemberAccess': {
        const name = node.memberName
        if (Object.hasOwn(forbidden, name)) fault(node, `${name} ${forbidden[name]}`)
        if (Object.hasOwn(onlyInExamples, name) && !example) fault(node, `${name} ${onlyInExamples[name]}`)
        if (name === 'sender' && !above.some((n) => n.kind === 'constructor')) fault(node, 'asks who calls')
        break
      }
      case 'Identifier':
        if (node.name === 'selfdestruct' || node.name === 'suicide') fault(node, 'destroys the contract')
        break
      case 'InlineAssembly':
        if (!node.flags?.includes('memory-safe')) fault(node, 'assembly that is not memory-safe')
        break
      case 'YulFunctionCall':
        if (forbiddenInstructions.includes(node.functionName.name)) fault(node, `assembly uses ${node.functionName.name}`)
        break
    }
    if (documented.has(node.nodeType) && !node.documentation) {
      fault(node, `${node.name || node.kind} has no comment`)
    }
  })
  return out

  // What callers hand over is explained, by name, and what they get.
  function checkParameters(node) {
    const comment = node.documentation?.text ?? ''
    if (node.visibility === 'private' || comment.includes('@inheritdoc')) return
    const explained = [...comment.matchAll(/@param (\w+)/g)].map((m) => m[1])
    for (const p of node.parameters.parameters) {
      if (!explained.includes(p.name)) fault(p, `@param ${p.name} is missing`)
    }
    const returned = comment.match(/@return /g)?.length ?? 0
    if (returned !== node.returnParameters.parameters.length) fault(node, `${returned} times @return`)
  }
}

function walk(node, above, visit) {
  if (Array.isArray(node)) {
    for (const n of node) walk(n, above, visit)
  } else if (node !== null && typeof node === 'object') {
    if (node.nodeType) visit(node, above)
    const path = node.nodeType ? [...above, node] : above
    for (const [key, value] of Object.entries(node)) {
      if (key !== 'documentation') walk(value, path, visit)
    }
  }
}
