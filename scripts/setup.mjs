// Prepares a checkout to run: installs the packages of the lock file, and builds if a file has changed. Quick if there
// is nothing to do. `--no-build` only installs. Uses nothing that it would have to install.
import './node-version.cjs';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

const lock = readFileSync('package-lock.json', 'utf8');
const installed = join('node_modules', '.installed-lock.json');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  npm('Installing dependencies', ['ci', '--include=dev', '--loglevel=error']);
  writeFileSync(installed, lock);
}

const folders = ['src', 'graphiql', 'schema/operations'];
const inputs = [
  ...folders.flatMap(files),
  'tsconfig.json',
  'tsconfig.build.json',
  'rolldown.config.js',
  'scripts/bundle.mjs',
  'scripts/node-version.cjs',
  'package-lock.json',
];
const built = join('dist', '.built');
const newest = Math.max(...inputs.map((file) => statSync(file).mtimeMs));
if (!process.argv.includes('--no-build') && (!existsSync(built) || statSync(built).mtimeMs < newest)) {
  npm('Building', ['run', '--silent', 'build']);
  writeFileSync(built, '');
}

/** Runs the npm that runs this script, or else the one that the shell finds. */
function npm(what, args) {
  refuseToBuild();
  process.stderr.write(`${what} …\n`);
  const own = process.env.npm_execpath || '';
  const stdio = ['ignore', 2, 2];
  const { status, error } = own.endsWith('npm-cli.js')
    ? spawnSync(process.execPath, [own, ...args], { stdio })
    : spawnSync(['npm', ...args].join(' '), { stdio, shell: true });
  if (status !== 0) fail(`${what} failed${error ? `: ${error.message}` : ''}`);
}

/**
 * Refuses versions of Node that `engines` of package.json leaves out. rolldown and vite don't support them, and npm
 * doesn't install rolldown there.
 */
function refuseToBuild() {
  const { node } = process.versions;
  const [major, minor] = node.split('.').map(Number);
  if (major === 21 || (major === 22 && minor < 12))
    fail(`Building needs Node 20.19 or a newer 20, or 22.12 or newer: this is Node ${node}`);
}

function fail(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
