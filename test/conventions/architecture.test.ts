import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

/** The rules that a tree of sources breaks: `rule: from → to`, a line each. */
function violations(root: string): string[] {
  const args = [resolve('test/conventions/cruise.mjs'), resolve('.dependency-cruiser.cjs')];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '') throw new Error(stderr);
  const { summary } = JSON.parse(stdout) as {
    summary: { violations: { rule: { name: string } }[]; totalCruised: number };
  };
  if (summary.totalCruised === 0) throw new Error('nothing was read');
  return summary.violations.map(({ rule }) => rule.name);
}

/** Who may not import whom: a sample of every folder. */
const forbidden = [
  ['model', 'upstream'],
  ['upstream', 'model'],
  ['translation', 'data-sources'],
  ['data-sources', 'resolvers'],
  ['resolvers', 'upstream'],
  ['plugins', 'http'],
  ['http', 'data-sources'],
  ['sandbox', 'upstream'],
  ['telemetry', 'model'],
] as const;

/** Who is not the home of which package. */
const strangers = [
  ['data-sources', 'got', 'got', 'home-of-got'],
  ['data-sources', 'bulkhead', 'cockatiel', 'home-of-cockatiel'],
  ['upstream', 'DataLoader', 'dataloader', 'home-of-dataloader'],
  ['http', 'Field', 'type-graphql', 'home-of-type-graphql'],
  ['resolvers', 'ApolloServer', '@apollo/server', 'home-of-apolloserver'],
] as const;

describe('the import rules', () => {
  let root: string;
  let broken: string[];

  /** Sources that break every rule named here. */
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'rules-'));
    symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
    symlinkSync(resolve('tsconfig.json'), join(root, 'tsconfig.json'));
    const write = (name: string, text: string): void => {
      mkdirSync(dirname(join(root, 'src', name)), { recursive: true });
      writeFileSync(join(root, 'src', name), text);
    };
    for (const [from, to] of forbidden) {
      write(`${from}/imports-${to}.ts`, `export { it } from '../${to}/it.js';`);
      write(`${to}/it.ts`, 'export const it = 1;');
    }
    for (const [folder, name, packageName] of strangers)
      write(`${folder}/${name}.ts`, `export { ${name} } from '${packageName}';`);
    write('data-sources/a.ts', "import { b } from './b.js';\nexport const a = (): unknown => b;");
    write('data-sources/b.ts', "import { a } from './a.js';\nexport const b = (): unknown => a;");
    broken = violations(root);
  });
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  test('hold in this repository', () => {
    expect(violations('.')).toEqual([]);
  });

  test.each(forbidden)('%s may not import %s', (from, _to) => {
    expect(broken).toContain(`${from}-imports-downward-only`);
  });

  test.each(strangers)('%s is not the home of %s', (_folder, _name, _package, rule) => {
    expect(broken).toContain(rule);
  });

  test('a circle is refused', () => {
    expect(broken).toContain('no-circles');
  });
});
