import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readEnvFile, type EnvFile } from '../../src/config/env-file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'env-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function read(content: string | Buffer): EnvFile {
  const path = join(folder, '.env');
  writeFileSync(path, content);
  const { variables, warnings, problems } = readEnvFile(path);
  const short = (lines: readonly string[]): string[] => lines.map((line) => line.replace(path, '.env'));
  return { variables, warnings: short(warnings), problems: short(problems) };
}

const lines = 'A=1\nB="two words"\n';
const both = { variables: { A: '1', B: 'two words' }, warnings: [], problems: [] };

describe('a file of variables', () => {
  test.each<[string, string | Buffer]>([
    ['as it is', lines],
    ['with the line ends of Windows', lines.replaceAll('\n', '\r\n')],
    ['with those of old Macs', lines.replaceAll('\n', '\r')],
    ['with a byte order mark', `\ufeff${lines}`],
    ['with both', `\ufeff${lines.replaceAll('\n', '\r\n')}`],
    ['in UTF-16, as PowerShell writes it', Buffer.from(`\ufeff${lines}`, 'utf16le')],
    ['in UTF-16 the other way round', Buffer.from(`\ufeff${lines}`, 'utf16le').swap16()],
    ['without a last line end', lines.trimEnd()],
    ['with empty lines and comments', `# one\n\n   # two = 2\n${lines}\n\t\n#`],
    ['for a shell', 'export A=1\nexport B="two words"\n'],
    ['with blanks about', `  A = 1  \n\texport   B\t=  "two words"   \n`],
    ['with comments after values', `A=1 # one\nB="two words" # "two"\n`],
  ])('is read %s', (_, content) => {
    expect(read(content)).toEqual(both);
  });

  test.each([
    ['A=\'x "y" #z\'', 'x "y" #z'],
    ['A="it\'s"', "it's"],
    ['A=`b\'"c`', 'b\'"c'],
    ['A="one\\ntwo"', 'one\ntwo'],
    ["A='one\\ntwo'", 'one\\ntwo'],
    ['A="one\n#two\nB=3"', 'one\n#two\nB=3'],
    ['A="one\r\ntwo"', 'one\ntwo'],
    ['A=a=b==', 'a=b=='],
    ['A=', ''],
    ['A=""', ''],
    ['A=a"b', 'a"b'],
    ['A=1\nA=2', '2'],
  ])('has for %j the value %j', (content, value) => {
    expect(read(`${content}\nZ=1`)).toEqual({ variables: { A: value, Z: '1' }, warnings: [], problems: [] });
  });

  test('is read past lines that are no assignment, which are told by number, not by what they say', () => {
    const content = 'A=1\nhunter2\nAPI_KEYS: hunter2\n=hunter2\nexport B\nA B=hunter2\nB="two words"\n';
    const file = read(content);
    expect(file).toEqual({
      ...both,
      warnings: [2, 3, 4, 5, 6].map((line) => expect.stringMatching(`^.env line ${line} is no assignment`)),
    });
    expect(file.warnings.join()).not.toContain('hunter2');
  });

  test.each([
    ['A="hunter2\nB=3', 1],
    ['B=3\nA="hunter2"hunter2', 2],
    ['A="hunter2\nB="hunter2"', 1],
    ['A="hunter2\\"hunter2"', 1],
    ["A='hunter2", 1],
  ])('whose quotes don’t fit is a problem: %j', (content, line) => {
    const { problems } = read(content);
    expect(problems).toEqual([expect.stringMatching(`^.env line ${line} must be .*: A$`)]);
    expect(problems.join()).not.toContain('hunter2');
  });

  test('warns of values that a comment cuts, and of what Node.js has read before', () => {
    expect(read('A=hunter#2\nNODE_EXTRA_CA_CERTS=/ca.pem\nNODE_ENV=test')).toMatchObject({
      variables: { A: 'hunter', NODE_ENV: 'test' },
      warnings: [
        expect.stringMatching(/^.env line 1: "#" begins a comment/),
        expect.stringMatching(/^.env line 2: NODE_EXTRA_CA_CERTS has no effect/),
      ],
    });
  });

  test('need not be there, but be readable if it is', () => {
    expect(readEnvFile(join(folder, 'nowhere'))).toEqual({ variables: {}, warnings: [], problems: [] });
    mkdirSync(join(folder, 'folder'));
    for (const path of [join(folder, 'folder'), join(folder, '.env', 'below')])
      expect(readEnvFile(path)).toMatchObject({
        variables: {},
        problems: [expect.stringMatching(/must be a text file .*(EISDIR|ENOTDIR)/)],
      });
    expect(read(Buffer.from([0x41, 0x3d, 0xff, 0xc0]))).toMatchObject({
      problems: [expect.stringContaining('UTF-8')],
    });
  });
});
