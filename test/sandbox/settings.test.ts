import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  defaultSettings,
  environmentName,
  readSandboxSettings,
  sandboxHelp,
} from '../../src/sandbox/settings.js';

const variables = Object.keys(defaultSettings).map(environmentName);

describe('The settings', () => {
  test('are the defaults where the environment says nothing', () => {
    expect(readSandboxSettings({ PATH: '/bin', SANDBOX_SEED: '', SANDBOX_TASKS: ' ' })).toEqual({
      settings: defaultSettings,
      problems: [],
    });
    expect(defaultSettings).toMatchObject({ seed: 1, tasks: 3000, auth: 'optional', rateLimit: '100/10s' });
  });

  test('are read from the environment', () => {
    const { settings, problems } = readSandboxSettings({
      SANDBOX_SEED: ' 7\n',
      SANDBOX_AUTH: 'required',
      SANDBOX_RATE_LIMIT: '5/1s',
      SANDBOX_EMPTY_PENDING: '204',
      SANDBOX_ERROR_RATE: '.25',
      SANDBOX_TITLE_CASE: 'on',
      SANDBOX_KINDS_REFUSED: 'IDENTITY_REFRESH, ACCOUNT_DELETION',
    });
    expect(problems).toEqual([]);
    expect(settings).toEqual({
      ...defaultSettings,
      seed: 7,
      auth: 'required',
      rateLimit: '5/1s',
      emptyPending: 204,
      errorRate: 0.25,
      titleCase: true,
      kindsRefused: ['IDENTITY_REFRESH', 'ACCOUNT_DELETION'],
    });
  });

  test('report every bad variable at once, by name, with what would be right', () => {
    const { settings, problems } = readSandboxSettings({
      SANDBOX_SEED: 'x',
      SANDBOX_AUTH: 'maybe',
      SANDBOX_RATE_LIMIT: '100',
      SANDBOX_ERROR_RATE: '1.5',
      SANDBOX_ERROR_STATUS: '200',
      SANDBOX_TITLE_CASE: 'yes',
      SANDBOX_KINDS_REFUSED: 'QUARTZ',
    });
    expect(settings).toEqual(defaultSettings);
    expect(problems.map((problem) => problem.split(' of ')[0])).toEqual([
      'SANDBOX_SEED must be a whole number from 0 to 4294967295',
      'SANDBOX_AUTH must be `optional` or `required`',
      'SANDBOX_RATE_LIMIT must be `100/10s` or `off`',
      'SANDBOX_ERROR_RATE must be a share from 0 to 1',
      'SANDBOX_ERROR_STATUS must be a whole number from 400 to 599',
      'SANDBOX_TITLE_CASE must be `on` or `off`',
      'SANDBOX_KINDS_REFUSED must be a comma-separated list',
    ]);
  });

  test('are all in the help, each with its default', () => {
    for (const variable of variables) expect(sandboxHelp()).toContain(`\n${variable}=`);
    expect(sandboxHelp()).toContain('SANDBOX_RATE_LIMIT=100/10s\n');
    expect(sandboxHelp()).toContain('SANDBOX_TITLE_CASE=off\n');
  });

  test('are all in docs/sandbox.md, each with its default and what the help says', () => {
    const page = readFileSync(new URL('../../docs/sandbox.md', import.meta.url), 'utf8').replace(/ +/g, ' ');
    for (const [, variable, fallback, help] of sandboxHelp().matchAll(/^(SANDBOX_\w+)=(.*)\n {4}(.*)$/gm)) {
      expect(page).toContain(
        `| \`${variable}\` | ${fallback === '' ? 'none' : `\`${fallback}\``} | ${help} |`,
      );
    }
  });
});
