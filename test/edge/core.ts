import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Sandbox } from '../../src/index.js';
import { ask, type Reply } from '../support/pair.js';
import { until } from './servers.js';

/** What a suite starts: a sandbox, and a server that frontends ask for its tasks. */
export interface Edge {
  readonly sandbox: Sandbox;
  /** The origin that frontends use. */
  readonly url: string;
}

/** Reads at most `first` tasks, with the fields that a dashboard shows. */
const PAGE = `query ($first: Int!, $after: String) { page: taskStatuses(first: $first, after: $after) {
  totalCount nodes { id uniqueName state completionStatus created messages { text } attributes }
  pageInfo { hasNextPage endCursor } } }`;

const UPDATE = `mutation ($id: ID!) { updateTaskStatus(input: { id: $id, patch: [
  { op: REPLACE, path: "/completionStatus", value: "Error" },
  { op: REPLACE, path: "/completed", value: "2026-06-01T11:59:00.000Z" }] }) { taskStatus { id state } } }`;

/** Ends a task. */
export const update = (url: string, id: string, headers: Record<string, string> = {}): Promise<Reply> =>
  ask(url, UPDATE, { id }, headers);

/** Returns the only error of an answer: its code and, for an update, `mayBeApplied`. */
export function errorOf({ errors }: Reply): Record<string, unknown> {
  expect(errors).toHaveLength(1);
  const { code, mayBeApplied } = errors[0]?.extensions ?? {};
  return { code, ...(mayBeApplied !== undefined && { mayBeApplied }) };
}

/** Tests that must pass with any intermediary on either side of the gateway. */
export function acceptance(edge: () => Edge): void {
  describe('the API', () => {
    beforeEach(() => {
      edge().sandbox.reset();
    });

    const send = (query: string, variables = {}, headers = {}): Promise<Reply> =>
      ask(edge().url, query, variables, headers);
    const ids = (isPending: boolean): string[] =>
      edge()
        .sandbox.tasks()
        .filter(({ completionStatus }) => (completionStatus === null) === isPending)
        .map(({ id }) => id);
    const as = (wishes: Parameters<Sandbox['token']>[0]): { authorization: string } => ({
      authorization: `Bearer ${edge().sandbox.token(wishes)}`,
    });

    test('lookups answer with the task, and with null where there is none', async () => {
      const [done = ''] = ids(false);
      const [pending = ''] = ids(true);
      const query = 'query ($id: ID!) { task: taskStatus(id: $id) { id } }';
      for (const id of [done, pending]) expect((await send(query, { id })).data).toEqual({ task: { id } });
      expect(await send(query, { id: 'none' })).toMatchObject({ data: { task: null }, errors: [] });
    });

    test('fifty lookups at once are answered each', async () => {
      const wanted = ids(false).slice(0, 50);
      const { data, errors } = await send(
        `{ ${wanted.map((id, index) => `t${index}: taskStatus(id: "${id}") { id }`).join(' ')} }`,
      );
      expect(errors).toEqual([]);
      expect(Object.values(data).map((task) => (task as { id: string }).id)).toEqual(wanted);
    });

    test('a list of 250 rows has each of them, and its total', async () => {
      const all = ids(false);
      const { data, errors } = await send(PAGE, { first: 250 });
      expect(errors).toEqual([]);
      expect(data.page.nodes.map(({ id }: { id: string }) => id)).toEqual(all.slice(0, 250));
      expect(data.page.totalCount).toBe(all.length);
    });

    test('all pages by cursor are the whole list', async () => {
      const seen: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const { data, errors }: Reply = await send(PAGE, { first: 110, after });
        expect(errors).toEqual([]);
        seen.push(...data.page.nodes.map(({ id }: { id: string }) => id));
        more = data.page.pageInfo.hasNextPage;
        after = data.page.pageInfo.endCursor;
      }
      expect(seen).toEqual(ids(false));
    });

    test('pending tasks are listed, and counted by HEAD', async () => {
      const all = ids(true);
      const list = await send('{ pendingTasks(first: 20) { nodes { id } } }');
      expect(list.data.pendingTasks.nodes.map(({ id }: { id: string }) => id)).toEqual(all.slice(0, 20));
      edge().sandbox.calls.length = 0;
      const count = await send('{ pendingTasks { totalCount } }');
      expect(count).toMatchObject({ data: { pendingTasks: { totalCount: all.length } }, errors: [] });
      expect(edge().sandbox.calls).toMatchObject([{ method: 'HEAD', status: 200 }]);
    });

    test('an update ends a task once; a second is refused with SailPoint’s words', async () => {
      const [id = ''] = ids(true);
      const { data, errors } = await update(edge().url, id);
      expect(errors).toEqual([]);
      expect(data.updateTaskStatus).toEqual({ taskStatus: { id, state: 'FAILED' } });
      const again = await update(edge().url, id);
      expect(errorOf(again)).toEqual({ code: 'BAD_USER_INPUT', mayBeApplied: false });
      expect(again.errors[0]?.message).toContain('not pending');
      expect(edge().sandbox.calls.map(({ method }) => method)).toEqual(['PATCH', 'PATCH']);
    });

    test('401, 403 and 404 of the API are told as such', async () => {
      const list = '{ taskStatuses(limit: 1) { nodes { id } } }';
      const wrong = { authorization: 'Bearer wrong' };
      expect(errorOf(await send(list, {}, wrong))).toEqual({ code: 'UNAUTHENTICATED' });
      expect(errorOf(await send(list, {}, as({ level: 'USER' })))).toEqual({ code: 'FORBIDDEN' });
      const [id = ''] = ids(true);
      const updates = [
        [await update(edge().url, id, wrong), 'UNAUTHENTICATED'],
        [await update(edge().url, id, as({ user: false })), 'FORBIDDEN'],
        [await update(edge().url, 'none'), 'NOT_FOUND'],
      ] as const;
      for (const [reply, code] of updates) expect(errorOf(reply)).toEqual({ code, mayBeApplied: false });
    });

    test('429 says when to come back', async () => {
      edge().sandbox.configure({ burst: '1/1', burstRetryAfter: 60 });
      const read = await send('{ taskStatuses(limit: 1) { nodes { id } } }');
      expect(errorOf(read)).toEqual({ code: 'RATE_LIMITED' });
      expect(read.errors[0]?.extensions['upstream']).toMatchObject({ retryAfterSeconds: 60 });
      expect(read.headers.get('retry-after')).toBe('60');
      expect(errorOf(await update(edge().url, 'x'))).toEqual({ code: 'RATE_LIMITED', mayBeApplied: false });
    });

    test('fifty clients at once get each their own answer', async () => {
      const { sandbox } = edge();
      sandbox.configure({ launcherIsCaller: true, latencySpreadMs: 100 });
      const wanted = ids(false).slice(0, 50);
      const replies = await Promise.all(
        wanted.map((id, index) =>
          send(
            'query ($id: ID!) { task: taskStatus(id: $id) { id launcher } list: taskStatuses(limit: 2) { nodes { launcher } } }',
            { id },
            as({ marker: `client-${index}` }),
          ),
        ),
      );
      expect(replies.flatMap(({ errors }) => errors)).toEqual([]);
      for (const [index, { data }] of replies.entries()) {
        const launcher = `client-${index}`;
        expect(data).toEqual({
          task: { id: wanted[index], launcher },
          list: { nodes: [{ launcher }, { launcher }] },
        });
      }
    });

    test('a client that goes away disturbs nobody', async () => {
      const { sandbox, url } = edge();
      sandbox.configure({ latencyMs: 500 });
      const leaving = new AbortController();
      const gone = fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ taskStatuses(limit: 7) { nodes { id } } }' }),
        signal: leaving.signal,
      });
      await until(() => sandbox.calls.length === 1);
      leaving.abort();
      await expect(gone).rejects.toThrow('aborted');
      sandbox.configure({ latencyMs: 0 });
      expect((await send('{ taskStatuses(limit: 1) { nodes { id } } }')).errors).toEqual([]);
    });
  });
}
