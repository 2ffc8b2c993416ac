// Brings a checkout to where it can run: installs what the lock file says, builds what has changed. Quick when
// there is nothing to do. `--no-build` stops after the installation. Uses nothing that it would have to install.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.chdir(join(import.meta.dirname, '..'));

const lock = readFileSync('package-lock.json', 'utf8');
const installed = join('node_modules', '.installed-lock.json');
if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) {
  run('Installing dependencies', 'npm', ['ci', '--include=dev', '--loglevel=error']);
  writeFileSync(installed, lock);
}

const folders = ['src', 'graphiql', 'schema/operations'];
const inputs = [
  ...folders.flatMap(files),
  'tsconfig.json',
  'tsconfig.build.json',
  'rolldown.config.js',
  'package-lock.json',
];
const built = join('dist', '.built');
const newest = Math.max(...inputs.map((file) => statSync(file).mtimeMs));
if (!process.argv.includes('--no-build') && (!existsSync(built) || statSync(built).mtimeMs < newest)) {
  run('Building', 'npm', ['run', '--silent', 'build']);
  writeFileSync(built, '');
}

function run(what, command, args) {
  process.stderr.write(`${what} …\n`);
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status === 0) return;
  process.stderr.write(`${what} failed${error ? `: ${error.message}` : ''}\n`);
  process.exit(1);
}

function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
