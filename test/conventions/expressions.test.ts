import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const SLOW = {
  '/(?:a+)+$/.test(text)': 'regexp/no-super-linear-backtracking',
  "text.replace(/\\s+$/, '')": 'regexp/no-super-linear-move',
  "new RegExp('x+$').test(text)": 'no-restricted-syntax',
  'RegExp(text).test(text)': 'no-restricted-syntax',
};
const FAST = ["text.replace(/[\\s_-]+/g, '')", '/^\\d{1,9}\\s*$/.test(text)'];

test('regular expressions that may take more than linear time, or aren’t written out, fail the check', () => {
  const lines = [...Object.keys(SLOW), ...FAST];
  const text = lines.map((line, index) => `export const f${index} = (text: string): unknown => ${line};\n`);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/eslint/bin/eslint.js', '-f', 'json', '--stdin', '--stdin-filename', 'src/index.ts'],
    { input: text.join(''), encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(stderr);
  const [file] = JSON.parse(stdout) as { messages: { line: number; ruleId: string }[] }[];
  const broken = lines.map((line, index) => [
    line,
    file?.messages.filter((message) => message.line === index + 1).map(({ ruleId }) => ruleId),
  ]);
  expect(broken).toEqual([
    ...Object.entries(SLOW).map(([line, rule]) => [line, expect.arrayContaining([rule])]),
    ...FAST.map((line) => [line, []]),
  ]);
});
