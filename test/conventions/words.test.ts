import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

/** Names of our own for things that have standard names. */
const coinages = [
  'patience',
  'isOver',
  'onOver',
  'short way',
  'whole way',
  'known operations',
  'NotProjected',
  'fleeting',
  'FleetingMap',
  'closed source',
  'shared reads',
  'batch window',
  'row sequence',
  'TRUSTED_DOOR',
  'tongue',
  'test/house',
];

/** Constructions that read as translated. */
const constructions = ['look-up', 'look-ups', 'under way', 'anew', 'whoever', 'broken off'];

/** For "after". A gateway behind a proxy is behind it. */
const behind = 'behind(?! (?:a proxy|nginx)\\b)';

const words = new RegExp(
  `(?<![\\w-])(?:${[...coinages, ...constructions, behind].join('|')})(?![\\w-])`,
  'i',
);
const exempt = /old name|renamed|deprecated/i;

const { stdout } = spawnSync(
  'git',
  ['ls-files', 'src', 'docs', 'test', 'schema', 'README.md', 'CONTRIBUTING.md'],
  {
    encoding: 'utf8',
  },
);
const files = stdout
  .split('\n')
  .filter((file) => /\.(?:ts|mjs|cjs|md|graphql|yaml|yml)$/.test(file))
  .filter((file) => file !== 'test/conventions/words.test.ts');

/** The part of a file that is searched: of tests the names alone. */
function lines(file: string): string[] {
  const all = readFileSync(file, 'utf8').split('\n');
  return file.startsWith('test/') ? all.filter((line) => /\b(?:test|describe|each)\b/.test(line)) : all;
}

test('no file uses a word that the glossary gave up', () => {
  expect(files.length).toBeGreaterThan(200);
  const found = files.flatMap((file) =>
    lines(file)
      .filter((line) => words.test(line) && !exempt.test(line))
      .map((line) => `${file}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});
