// Compiles src/ and writes out/: for each contract its interface and its code, and
// for all of them what they were made from. With --check it writes nothing and
// fails if out/ is not what it would write. Needs no network: the compiler is in
// node_modules.
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import solc from 'solc'
import { faults } from './rules.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const check = process.argv.includes('--check')

// The contracts that are deployed; everything else is compiled into them.
const deployed = ['CometAnchor', 'ResultRegistry', 'StateProofs', 'Treasury']

const settings = {
  evmVersion: 'cancun',
  viaIR: true,
  optimizer: { enabled: true, runs: 1_000 },
  // No hash of the sources in the code, so that a comment does not change it.
  metadata: { appendCBOR: false, bytecodeHash: 'none' },
  outputSelection: {
    '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'], '': ['ast'] },
  },
}

const paths = readdirSync(join(here, 'src'), { recursive: true })
  .map((name) => `src/${name.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.sol'))
  .sort()
const sources = Object.fromEntries(paths.map((p) => [p, { content: readFileSync(join(here, p), 'utf8') }]))
const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings })))

// A warning is an error, and so is a break of our own rules.
const complaints = (output.errors ?? []).map((e) => e.formattedMessage)
if (complaints.length === 0) {
  for (const path of paths) complaints.push(...faults(path, sources[path].content, output.sources[path].ast))
}
fail(complaints)

const files = new Map()
for (const contracts of Object.values(output.contracts)) {
  for (const [name, c] of Object.entries(contracts).filter(([name]) => deployed.includes(name))) {
    const { bytecode, deployedBytecode } = c.evm
    put(`${name}.json`, { abi: c.abi, bytecode: `0x${bytecode.object}`, deployed: `0x${deployedBytecode.object}` })
  }
}
const digest = (path) => createHash('sha256').update(readFileSync(join(here, path))).digest('hex')
const inputs = ['compile.mjs', 'package-lock.json', ...paths]
put('inputs.json', { compiler: solc.version(), files: Object.fromEntries(inputs.map((p) => [p, digest(p)])) })

const out = join(here, 'out')
mkdirSync(out, { recursive: true })
const stale = []
for (const name of new Set([...readdirSync(out), ...files.keys()])) {
  const want = files.get(name)
  const path = join(out, name)
  if (check) {
    const got = readdirSync(out).includes(name) ? readFileSync(path, 'utf8') : undefined
    if (got !== want) stale.push(`out/${name} is stale: run make contracts-write`)
  } else if (want === undefined) {
    rmSync(path)
  } else {
    writeFileSync(path, want)
  }
}
fail(stale)

function put(name, value) {
  files.set(name, JSON.stringify(value, null, 1) + '\n')
}

function fail(lines) {
  if (lines.length === 0) return
  console.error(lines.join('\n'))
  process.exit(1)
}
