import { describe, expect, test } from '@jest/globals';
import { type SandboxTask } from '../../src/sandbox/sandbox.js';
import { startTestSandbox } from './sandbox-fixture.js';

const list = '/task-status/v1';

describe('By switch, tasks', () => {
  test('have completed before they have a completionStatus', async () => {
    const sandbox = await startTestSandbox({ tasks: 0, raceMs: 500 });
    const { id } = sandbox.insert({});
    sandbox.complete(id, 'WARNING');
    const read = async (): Promise<SandboxTask> => (await sandbox.send<SandboxTask>(`${list}/${id}`)).json;
    expect(await read()).toMatchObject({ completed: expect.any(String) as unknown, completionStatus: null });
    expect((await sandbox.filter('v1', 'completionStatus isnull')).json).toHaveLength(1);
    expect((await sandbox.send('/beta/task-status')).json).toEqual([]);
    sandbox.clock.now += 500;
    expect((await read()).completionStatus).toBe('WARNING');
  });

  test('race in the same way when they end by themselves', async () => {
    const sandbox = await startTestSandbox({ raceMs: 3_600_000 });
    sandbox.clock.now += 30 * 60_000;
    const racing = sandbox
      .tasks()
      .filter((task) => task.completed !== null && task.completionStatus === null);
    expect(racing.length).toBeGreaterThan(0);
  });

  test('spell their status in title case', async () => {
    const sandbox = await startTestSandbox({ tasks: 1000, titleCase: true });
    const seen = new Set<string | null>();
    for (let offset = 0; offset < 1000; offset += 250) {
      const { json } = await sandbox.send<SandboxTask[]>(`${list}?offset=${offset}`);
      for (const { completionStatus } of json) seen.add(completionStatus);
    }
    expect(seen).toEqual(new Set(['Success', 'Warning', 'Error', 'Terminated', 'TempError', null]));
    expect((await sandbox.filter('v1', 'completionStatus eq "SUCCESS"')).json.length).toBeGreaterThan(0);
  });

  test('have values outside the documented enums', async () => {
    const sandbox = await startTestSandbox({ unknownEnumRate: 1 });
    const { json } = await sandbox.send<SandboxTask[]>('/beta/task-status');
    expect(new Set(json.map(({ type }) => type))).toEqual(new Set(['MENTOS']));
    expect(new Set(json.map(({ completionStatus }) => completionStatus))).toEqual(
      new Set(['PARTIAL_SUCCESS']),
    );
  });

  test('have dates in every odd form there is', async () => {
    const sandbox = await startTestSandbox({ oddDateRate: 1 });
    const { json } = await sandbox.send<{ created: unknown }[]>(list);
    const forms = [/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/, /^\d{4}-\d\d-\d\dT[\d:.]+$/, /^$/, /^\d{13}$/];
    const created = json.map((task) => task.created);
    for (const form of forms) expect(created.some((date) => form.test(String(date)))).toBe(true);
    expect(created.every((date) => forms.some((form) => form.test(String(date))))).toBe(true);
    expect(created.some((date) => typeof date === 'number')).toBe(true);
  });

  test('are null everywhere but in their id', async () => {
    const sandbox = await startTestSandbox({ nullRate: 1 });
    const { json } = await sandbox.send<Record<string, unknown>[]>(list);
    for (const { id, ...rest } of json) {
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(Object.values(rest))).toEqual(new Set([null]));
    }
  });

  test('lack an id', async () => {
    const sandbox = await startTestSandbox({ noIdRate: 0.5 });
    const { json } = await sandbox.send<Partial<SandboxTask>[]>(list);
    const without = json.filter((task) => !('id' in task)).length;
    expect(without).toBeGreaterThan(50);
    expect(without).toBeLessThan(200);
  });

  test('are odd in the same way whenever and however they are read', async () => {
    const sandbox = await startTestSandbox({ oddDateRate: 0.5, nullRate: 0.2, unknownEnumRate: 0.5 });
    const { json } = await sandbox.send<SandboxTask[]>(`${list}?limit=20`);
    for (const task of json) {
      expect((await sandbox.send(`${list}/${task.id}`)).json).toEqual(task);
    }
  });
});
