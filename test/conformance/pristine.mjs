// Checks that the installed client is the one its authors published, byte for
// byte: every file is in vocdoni.sha256 with its hash, and no file is missing.
//
//   node pristine.mjs          check node_modules
//   node pristine.mjs --write  make the list again from what the registry
//                              packs, after comparing each tarball with the
//                              integrity that package-lock.json records
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const list = path.join(here, 'vocdoni.sha256');
const packages = ['@vocdoni/sdk', '@vocdoni/proto'];

const sha256 = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

const files = (dir) =>
  fs
    .readdirSync(dir, { withFileTypes: true, recursive: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(dir, path.join(entry.parentPath ?? entry.path, entry.name)));

const hashes = (name, dir) => files(dir).map((file) => `${sha256(path.join(dir, file))}  ${name}/${file}`);

/** Throws unless node_modules holds exactly the files of the list. */
export function checkPristine() {
  const wanted = new Set(fs.readFileSync(list, 'utf8').trim().split('\n'));
  const found = new Set(packages.flatMap((name) => hashes(name, path.join(here, 'node_modules', name))));
  const missing = [...wanted].filter((line) => !found.has(line));
  const extra = [...found].filter((line) => !wanted.has(line));
  if (missing.length || extra.length) {
    throw new Error(`the installed client differs from the published one:\n- ${missing.join('\n- ')}\n+ ${extra.join('\n+ ')}`);
  }
  return found.size;
}

function write() {
  const lock = JSON.parse(fs.readFileSync(path.join(here, 'package-lock.json'), 'utf8'));
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'urna-pristine-'));
  try {
    const lines = packages.flatMap((name) => {
      const { version, integrity } = lock.packages[`node_modules/${name}`];
      const [{ filename }] = JSON.parse(execFileSync('npm', ['pack', '--json', `${name}@${version}`], { cwd: dir }));
      const tarball = path.join(dir, path.basename(filename.replace('@', '').replace('/', '-')));
      const got = 'sha512-' + createHash('sha512').update(fs.readFileSync(tarball)).digest('base64');
      if (got !== integrity) throw new Error(`${name}@${version}: packed ${got}, package-lock.json says ${integrity}`);
      const out = path.join(dir, name);
      fs.mkdirSync(out, { recursive: true });
      execFileSync('tar', ['-xzf', tarball, '-C', out, '--strip-components=1']);
      return hashes(name, out);
    });
    fs.writeFileSync(list, lines.sort((a, b) => a.slice(66).localeCompare(b.slice(66), 'en')).join('\n') + '\n');
    console.log(`${lines.length} files listed`);
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) write();
  else console.log(`${checkPristine()} files are as published`);
}
