'use strict'
// The text to sign comes from the server that checks it; the wallet shows it.
const $ = (id) => document.getElementById(id)

function say (text, kind) {
  $('status').textContent = text
  $('status').className = kind
}

async function call (path, body) {
  const options = body && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(path, options)
  const json = await answer.json()
  if (!answer.ok) throw new Error(json.error)
  return json
}

// step runs what a button does and tells what went wrong.
function step (id, run) {
  $(id).addEventListener('click', async () => {
    say('', '')
    try { await run() } catch (e) { say(e.message, 'bad') }
  })
}

const textFor = async (address) => (await call('text', { code: $('code').value, address })).text

async function redeem (address, signature) {
  await call('redeem', { code: $('code').value, address, signature })
  say('Done. You will vote with ' + address + '.', 'good')
}

step('wallet', async () => {
  if (!window.ethereum) throw new Error('There is no wallet in this browser. Sign elsewhere, or at a terminal.')
  const [address] = await window.ethereum.request({ method: 'eth_requestAccounts' })
  const text = await textFor(address)
  const hex = '0x' + Array.from(new TextEncoder().encode(text), (b) => b.toString(16).padStart(2, '0')).join('')
  await redeem(address, await window.ethereum.request({ method: 'personal_sign', params: [hex, address] }))
})
step('show', async () => { $('text').textContent = await textFor($('address').value) })
step('send', () => redeem($('address').value, $('signature').value))

$('form').addEventListener('submit', (e) => e.preventDefault())
$('here').textContent = location.origin + location.pathname
$('code').value = decodeURIComponent(location.hash.slice(1)) // never sent by itself
history.replaceState(null, '', location.pathname)
call('registry').then((r) => { $('organisation').textContent = r.organisation }, (e) => say(e.message, 'bad'))
