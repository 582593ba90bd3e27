// Runs one scenario in a process of its own: node scenario.mjs <name>
const name = process.argv[2];
const { default: scenario } = await import(`./scenarios/${name}.mjs`);
try {
  await scenario();
} catch (err) {
  console.log(err?.stack ?? err);
  const answer = err?.raw?.response ?? err?.response;
  if (answer) console.log('answer:', answer.status, JSON.stringify(answer.data));
  process.exit(1);
}
process.exit(0);
