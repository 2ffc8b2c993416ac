import { expect, jest, test } from '@jest/globals';
import { JsonPatchOp } from '../../src/model/enums.js';
import type { TaskWatchers } from '../../src/data-sources/watching/task-watchers.js';
import { createTaskReads } from '../../src/data-sources/lookups/task-reads.js';
import {
  createTaskStatusDataSource,
  type TaskStatusDataSource,
} from '../../src/data-sources/task-status.data-source.js';
import { afterRealTime } from '../../src/upstream/clock.js';
import { apiVersions } from '../../src/upstream/api-version.js';
import type { Caller, TaskStatusApi, WireTaskList } from '../../src/upstream/task-status.api.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import type { WireTaskStatus } from '../../src/upstream/wire.js';
import { as } from '../support/callers.js';
import { silentLog } from '../support/silent-log.js';

const rows = { rows: true, hasNextPage: false, totalCount: false };
const patch = [{ op: JsonPatchOp.REPLACE, path: '/completionStatus', value: 'ERROR' }];

type Single = (id: string, caller: Caller) => Promise<WireTaskStatus>;

function sourceOver(answers: Partial<TaskStatusApi>): {
  source: TaskStatusDataSource;
  singles: jest.Mock<Single>;
} {
  const singles = jest.fn<Single>((id) => Promise.resolve({ id, progress: 'fetched alone' }));
  const api = { version: apiVersions.beta, getTaskStatus: singles, ...answers } as unknown as TaskStatusApi;
  const now = (): number => 0;
  const clock = { now, after: afterRealTime };
  const none = (): undefined => undefined;
  const reads = createTaskReads(api, silentLog, clock, none, none);
  const watchers = { learn: none } as unknown as TaskWatchers;
  return {
    source: createTaskStatusDataSource(api, reads, watchers, as('Bearer me'), silentLog, now),
    singles,
  };
}

const list = (): Promise<WireTaskList> =>
  Promise.resolve({
    rows: [{ id: 'a', progress: 'listed' }, { progress: 'no id' }],
    totalCount: null,
    isEmpty: false,
  });

test('a task that a list brought is not fetched again in the operation', async () => {
  const { source, singles } = sourceOver({ getTaskStatusList: list });
  await source.list({}, rows);
  expect((await source.byId('a'))?.progress).toBe('listed');
  expect(singles).not.toHaveBeenCalled();
});

test('a pending task that a page brought is not fetched again in the operation', async () => {
  const { source, singles } = sourceOver({ getPendingTasks: list });
  await source.pending({}, rows);
  expect((await source.byId('a'))?.progress).toBe('listed');
  expect(singles).not.toHaveBeenCalled();
});

test('after an update the task is as the update answered, without a call', async () => {
  const { source, singles } = sourceOver({
    getTaskStatusList: list,
    updateTaskStatus: () => Promise.resolve({ id: 'a', progress: 'updated' }),
  });
  await source.list({}, rows);
  await source.update({ id: 'a', patch });
  expect((await source.byId('a'))?.progress).toBe('updated');
  expect(singles).not.toHaveBeenCalled();
});

test.each([
  ['failed', (): Promise<never> => Promise.reject(new UpstreamError({ failure: 'connection' }))],
  ['could not be read', (): Promise<undefined> => Promise.resolve(undefined)],
])('after an update that %s the task is fetched again', async (_, updateTaskStatus) => {
  const { source, singles } = sourceOver({ getTaskStatusList: list, updateTaskStatus });
  await source.list({}, rows);
  await source.update({ id: 'a', patch }).catch(() => null);
  expect((await source.byId('a'))?.progress).toBe('fetched alone');
  expect(singles).toHaveBeenCalledTimes(1);
});

test('the caller’s own token goes with every call', async () => {
  const seen: unknown[] = [];
  const record = (_: unknown, { principal }: Caller): Promise<WireTaskList> => {
    seen.push(principal.authorization);
    return list();
  };
  const { source, singles } = sourceOver({
    getTaskStatusList: record,
    getPendingTasks: record,
    updateTaskStatus: (_id, _patch, { principal }) => {
      seen.push(principal.authorization);
      return Promise.resolve(undefined);
    },
  });
  await source.list({}, rows);
  await source.pending({}, rows);
  await source.update({ id: 'b', patch });
  await source.byId('b');
  expect([...seen, singles.mock.lastCall?.[1].principal.authorization]).toEqual(Array(4).fill('Bearer me'));
});
