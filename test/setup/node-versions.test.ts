import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { subset } from 'semver';
import { killAll, runNode } from '../support/process.js';

interface Package {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly engines?: { readonly node?: string };
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, Package>;
};
const engines = packages['']?.engines?.node ?? '';

/** A checkout into which nothing was installed, and a module that gives Node the version that is asked for. */
let clone: string;
let pretence: string;

beforeAll(() => {
  clone = mkdtempSync(join(tmpdir(), 'clone-'));
  for (const file of ['package.json', 'package-lock.json']) copyFileSync(file, join(clone, file));
  cpSync('scripts', join(clone, 'scripts'), { recursive: true });
  pretence = join(clone, 'pretence.cjs');
  writeFileSync(
    pretence,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: process.env.PRETEND } });`,
  );
});

afterAll(() => {
  killAll();
  rmSync(clone, { recursive: true, force: true });
});

/** What Node says, and how it ends, where it takes itself for another version. */
async function pretend(version: string, ...args: string[]): Promise<{ said: string; code: number | null }> {
  const started = runNode({ PRETEND: version }, '-r', pretence, ...args);
  const code = await started.exit;
  return { said: started.out() + started.err(), code };
}

describe.each(['12.22.12', '18.20.8', '20.18.3'])('Node %s', (version) => {
  test.each([
    ['npm start', ['scripts/start.mjs']],
    ['npm run sandbox', ['scripts/start.mjs', 'sandbox']],
    ['npm test', ['scripts/setup.mjs']],
    ['node dist/main.js', [resolve('dist/main.js')]],
  ])('is told in one line what %s needs', async (_, [file = '', ...args]) => {
    expect(await pretend(version, resolve(clone, file), ...args)).toEqual({
      said: `Node 20.19 or newer is needed: this is Node ${version}\n`,
      code: 1,
    });
  });
});

test.each(['21.7.3', '22.0.0', '22.11.0'])('Node %s is told that it cannot build', async (version) => {
  expect(await pretend(version, join(clone, 'scripts/start.mjs'))).toEqual({
    said: `Building needs Node 20.19 or a newer 20, or 22.12 or newer: this is Node ${version}\n`,
    code: 1,
  });
});

test.each(['20.19.0', '21.7.3', '22.11.0', '24.0.0'])(
  'Node %s is let to run what is built',
  async (version) => {
    const { said, code } = await pretend(version, resolve('dist/main.js'), 'sandbox', '--help');
    expect(said).toContain('SANDBOX_SEED');
    expect(code).toBe(0);
  },
);

test('package.json and the lock file name the same Nodes', () => {
  const { engines: own } = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  expect(own?.node).toBe(engines);
});

test('no package that serves or builds refuses a Node that engines names', () => {
  const builders = ['typescript', 'rolldown', '@rolldown/binding-linux-x64-gnu', 'vite'];
  const needed = Object.entries(packages).filter(
    ([path, { dev, devOptional }]) =>
      (dev !== true && devOptional !== true) || builders.some((name) => path === `node_modules/${name}`),
  );
  const refusing = needed.filter(([, { engines: its }]) => !subset(engines, its?.node ?? '*'));
  expect(needed.length).toBeGreaterThan(100);
  expect(refusing.map(([path]) => path)).toEqual([]);
});
