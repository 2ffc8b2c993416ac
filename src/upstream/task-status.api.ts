import type { ApiVersion } from './api-version.js';
import type { Patience } from './patience.js';
import type { UpstreamClient, UpstreamResponse } from './upstream.client.js';
import { UpstreamError } from './upstream-error.js';
import type { WireJsonPatchOperation, WireTaskStatus } from './wire.js';

/** Parameters of a list. What is absent is not sent; `count` costs the upstream time. */
export interface ListQuery {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly count?: true | undefined;
  /** A filter expression, not yet encoded. */
  readonly filters?: string | undefined;
  readonly sorters?: string | undefined;
}

/** A list as it came. `totalCount` is null where the upstream did not say. */
export interface WireTaskList {
  readonly rows: readonly WireTaskStatus[];
  readonly totalCount: number | null;
}

/** The `Authorization` header to send, unchanged. */
export type Authorization = string | undefined;

/** Who asks, and how long they wait. */
export interface Caller {
  readonly authorization: Authorization;
  readonly patience: Patience;
}

/** The vendor's five operations under their own names. All of them throw `UpstreamError`. */
export interface TaskStatusApi {
  readonly version: ApiVersion;
  /** https://developer.sailpoint.com/docs/api/beta/get-task-status. Undefined where the body is empty. */
  getTaskStatus(id: string, caller: Caller): Promise<WireTaskStatus | undefined>;
  /** https://developer.sailpoint.com/docs/api/beta/get-task-status-list */
  getTaskStatusList(query: ListQuery, caller: Caller): Promise<WireTaskList>;
  /** https://developer.sailpoint.com/docs/api/beta/get-pending-tasks. Takes no filters and no sorters. */
  getPendingTasks(query: ListQuery, caller: Caller): Promise<WireTaskList>;
  /** https://developer.sailpoint.com/docs/api/beta/get-pending-task-headers. Gives the total count, or null. */
  getPendingTaskHeaders(caller: Caller): Promise<number | null>;
  /** https://developer.sailpoint.com/docs/api/beta/update-task-status. Undefined where the body is empty. */
  updateTaskStatus(
    id: string,
    patch: readonly WireJsonPatchOperation[],
    caller: Caller,
  ): Promise<WireTaskStatus | undefined>;
}

/** The operations of one API version over one client. */
export function createTaskStatusApi(client: UpstreamClient, version: ApiVersion): TaskStatusApi {
  const one = (id: string): string => `${version.path}/${encodeURIComponent(id)}`;
  const pending = `${version.path}/pending-tasks`;

  return {
    version,
    async getTaskStatus(id, caller) {
      return toRow(await client({ method: 'GET', path: one(id), ...caller }));
    },
    async getTaskStatusList(query, caller) {
      return toList(await client({ method: 'GET', path: version.path + search(query), ...caller }));
    },
    async getPendingTasks(query, caller) {
      return toList(await client({ method: 'GET', path: pending + search(query), ...caller }));
    },
    async getPendingTaskHeaders(caller) {
      return totalOf(await client({ method: 'HEAD', path: `${pending}?count=true`, ...caller }));
    },
    async updateTaskStatus(id, patch, caller) {
      const body = { type: 'application/json-patch+json', text: JSON.stringify(patch) };
      return toRow(await client({ method: 'PATCH', path: one(id), ...caller, body }));
    },
  };
}

function search(query: ListQuery): string {
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`;
}

function toRow(response: UpstreamResponse): WireTaskStatus | undefined {
  const { body, status } = response;
  if (body === undefined) return undefined;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  throw new UpstreamError({ failure: 'unreadable', status, text: 'the body is not an object' });
}

function toList(response: UpstreamResponse): WireTaskList {
  const { body, status } = response;
  const totalCount = totalOf(response);
  if (body === undefined) return { rows: [], totalCount };
  if (Array.isArray(body)) return { rows: body as WireTaskStatus[], totalCount };
  throw new UpstreamError({ failure: 'unreadable', status, text: 'the body is not an array' });
}

/** A 204 says that there is nothing, and so that there are none. */
function totalOf({ status, totalCount }: UpstreamResponse): number | null {
  return totalCount ?? (status === 204 ? 0 : null);
}
