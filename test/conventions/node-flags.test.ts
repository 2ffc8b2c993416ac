import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const flagsOf = (words: readonly string[]): string[] => words.filter((word) => word.startsWith('--'));
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string } };
const flags = flagsOf(scripts.start.split(' '));

describe('Node’s flags', () => {
  test('are the same for npm start and for the image', () => {
    const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(readFileSync('Dockerfile', 'utf8')) ?? [];
    expect(flags).toHaveLength(1);
    expect(flagsOf(JSON.parse(command) as string[])).toEqual(flags);
  });

  test('are known to this Node', () => {
    expect(spawnSync(process.execPath, [...flags, '-e', '0']).status).toBe(0);
  });
});
