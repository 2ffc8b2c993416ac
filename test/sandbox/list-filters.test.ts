import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { startTestSandbox, versions } from './sandbox-fixture.js';

const rows: Partial<SandboxTask>[] = [
  {
    id: 'aa',
    completionStatus: 'SUCCESS',
    launcher: 'John Doe',
    target: { id: 's1', type: 'APPLICATION', name: 'AD [source]' },
  },
  {
    id: 'bb',
    completionStatus: 'ERROR',
    launcher: 'System',
    uniqueName: 'Cloud Group Aggregation',
    target: { id: 's2', type: 'APPLICATION', name: 'x' },
  },
  {
    id: 'cc',
    completionStatus: 'TEMPERROR',
    launcher: 'System',
    uniqueName: 'Identity Refresh',
    target: { id: 's1', type: 'IDENTITY', name: 'Ada' },
  },
  {
    id: 'dd',
    completionStatus: null,
    launcher: 'john doe',
    target: { id: 's2', type: 'APPLICATION', name: 'x' },
  },
];

async function found(version: string, filters: string): Promise<string | number> {
  const sandbox = await startTestSandbox({ tasks: 0 });
  for (const row of rows) sandbox.insert(row);
  const { status, json } = await sandbox.filter(version, filters);
  return status === 200 ? json.map(({ id }) => id).join(' ') : status;
}

describe('Filters', () => {
  test.each([
    ['beta', 'id eq "aa"', 'aa'],
    ['beta', 'id eq "AA"', 'aa'],
    ['beta', 'id eq "dd"', ''],
    ['v2025', 'id eq "dd"', 'dd'],
    ['beta', 'id in ("aa","dd","bb","zz")', 'aa bb'],
    ['beta', 'sourceId eq "s1"', 'aa'],
    ['v1', 'sourceId in ("s1","s2")', 'aa bb dd'],
    ['beta', 'completionStatus eq "Success"', 'aa'],
    ['beta', 'completionStatus eq "TempError"', 'cc'],
    ['beta', 'completionStatus in ("SUCCESS","error")', 'aa bb'],
    ['beta', 'not completionStatus eq "SUCCESS"', 'bb cc'],
    ['beta', 'id eq "aa" or id eq "bb" and completionStatus eq "SUCCESS"', 'aa'],
    ['beta', '(id eq "aa" or id eq "bb") and completionStatus eq "ERROR"', 'bb'],
    ['beta', 'type eq "CLOUD_ACCOUNT_AGGREGATION"', 'aa'],
    ['v2025', 'type eq "CLOUD_ACCOUNT_AGGREGATION"', 'aa dd'],
    ['v1', 'type in ("IDENTITY_REFRESH","CLOUD_GROUP_AGGREGATION")', 'bb cc'],
    ['v2025', 'completionStatus isnull', 'dd'],
    ['v2026', 'sourceId eq "s2" and completionStatus isnull', 'dd'],
    ['v1', 'not completionStatus isnull', 'aa bb cc'],
    ['v1', 'launcher eq "John Doe"', 'aa dd'],
    ['v2026', 'launcher in ("System")', 'bb cc'],
    ['beta', ' ', 'aa bb cc'],
  ])('on %s, %s finds %s', async (version, filters, expected) => {
    expect(await found(version, filters)).toBe(expected);
  });

  test.each([
    ['beta', 'completionStatus isnull'],
    ['v2024', 'completionStatus isnull'],
    ['beta', 'launcher eq "System"'],
    ['v2025', 'launcher eq "System"'],
    ['v1', 'id isnull'],
    ['v1', 'id ne "aa"'],
    ['v1', 'id co "a"'],
    ['v1', 'completionStatus sw "S"'],
    ['v1', 'pr completed'],
    ['v1', 'created gt 2018-12-18T23:05:55Z'],
    ['v1', 'uniqueName eq "x"'],
    ['v1', 'constructor eq "x"'],
    ['v1', 'id EQ "aa"'],
    ['v1', 'id eq "aa'],
  ])('on %s, %s is a 400', async (version, filters) => {
    expect(await found(version, filters)).toBe(400);
  });

  test.each(versions)('on %s, the type of an answer is no kind of task', async (version) => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    for (const type of ['QUARTZ', 'QPOC', 'QUEUED_TASK']) {
      const { status, json } = await sandbox.filter(version, `type eq "${type}"`);
      expect(status).toBe(400);
      expect(json).toMatchObject({
        detailCode: '400.1 Bad request content',
        causes: [],
        detailMessage: `Error converting Enumerated string (type) value (${type})`,
      });
    }
  });

  test('a completion status outside the enum is refused in the same words', async () => {
    const sandbox = await startTestSandbox({ tasks: 0 });
    expect((await sandbox.filter('beta', 'completionStatus eq "DONE"')).json).toMatchObject({
      detailMessage: 'Error converting Enumerated string (completionStatus) value (DONE)',
    });
  });

  test('a kind can be refused although it is documented', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, kindsRefused: ['CLOUD_ENTITLEMENT_IMPORT'] });
    const { status, json } = await sandbox.filter('v1', 'type eq "CLOUD_ENTITLEMENT_IMPORT"');
    expect(status).toBe(400);
    expect(json).toMatchObject({ detailMessage: 'Unsupported Task Definition type' });
    expect((await sandbox.filter('v1', 'type eq "IDENTITY_REFRESH"')).status).toBe(200);
  });

  test('by switch, a version takes only the kinds its documents list, if they list any', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, kinds: 'documented' });
    const statuses = await Promise.all(
      versions.map(async (version) => (await sandbox.filter(version, 'type eq "IDENTITY_REFRESH"')).status),
    );
    expect(statuses).toEqual([200, 200, 400, 200, 200]);
  });
});
