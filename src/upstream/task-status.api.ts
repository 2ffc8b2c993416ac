import type { ApiVersion } from './api-version.js';
import type { CallRecord } from '../telemetry/call-record.js';
import type { CallScope } from './call-scope.js';
import type { Delivery } from './delivery.js';
import type { Principal } from './principal.js';
import type { UpstreamClient, UpstreamRequest, UpstreamResponse } from './transport.js';
import { statusOf, UpstreamError } from './upstream-error.js';
import type { WireJsonPatchOperation, WireTaskStatus } from './wire.js';

/** Parameters of a list. Absent ones are not sent. `count` costs the upstream time. */
export interface ListQuery {
  readonly limit?: number | undefined;
  readonly offset?: number | undefined;
  readonly count?: true | undefined;
  /** A filter expression, not yet encoded. */
  readonly filters?: string | undefined;
  readonly sorters?: string | undefined;
}

/** A list as it arrived. `totalCount` is null if the upstream did not send it. */
export interface WireTaskList {
  readonly rows: readonly WireTaskStatus[];
  readonly totalCount: number | null;
  /** Whether there was no body. An empty answer doesn't mean that there are no rows. */
  readonly isEmpty: boolean;
}

/** Who asks, how long they wait, and where their calls are recorded. */
export interface Caller {
  readonly principal: Principal;
  readonly scope: CallScope;
  readonly calls: CallRecord;
  /** Whether nobody waits for these calls alone: they leave places of the rate limit to others. */
  readonly isBackground?: boolean;
}

/** The vendor's five endpoints, by operationId. All of them throw `UpstreamError`. */
export interface TaskStatusApi {
  readonly version: ApiVersion;
  /** https://developer.sailpoint.com/docs/api/beta/get-task-status */
  getTaskStatus(id: string, caller: Caller): Promise<WireTaskStatus>;
  /** https://developer.sailpoint.com/docs/api/beta/get-task-status-list */
  getTaskStatusList(query: ListQuery, caller: Caller): Promise<WireTaskList>;
  /** https://developer.sailpoint.com/docs/api/beta/get-pending-tasks. Takes no filters and no sorters. */
  getPendingTasks(query: ListQuery, caller: Caller): Promise<WireTaskList>;
  /**
   * https://developer.sailpoint.com/docs/api/beta/get-pending-task-headers. Returns the total count, or null. Falls
   * back to GET if HEAD is refused, or answered by an intermediary.
   */
  getPendingTaskHeaders(caller: Caller): Promise<number | null>;
  /**
   * https://developer.sailpoint.com/docs/api/beta/update-task-status. Undefined if the body is empty. `onDelivery`
   * tells whether the update was applied, even if its answer can't be read.
   */
  updateTaskStatus(
    id: string,
    patch: readonly WireJsonPatchOperation[],
    caller: Caller,
    onDelivery: (delivery: Delivery) => void,
  ): Promise<WireTaskStatus | undefined>;
}

/** Creates the endpoints of one API version over one client. */
export function createTaskStatusApi(client: UpstreamClient, version: ApiVersion): TaskStatusApi {
  const one = (id: string): string => `${version.path}/${encodeURIComponent(id)}`;
  const pending = `${version.path}/pending-tasks`;

  /** Asks for a list. Marks a failure as a list's. */
  const askList = (request: UpstreamRequest): Promise<UpstreamResponse> =>
    client(request).catch((error: unknown) => {
      throw error instanceof UpstreamError ? new UpstreamError({ ...error.details, list: true }) : error;
    });
  const getList = async (path: string, query: ListQuery, caller: Caller): Promise<WireTaskList> =>
    toList(await askList({ method: 'GET', path: path + search(query), ...caller }));

  return {
    version,
    async getTaskStatus(id, caller) {
      const response = await client({ method: 'GET', path: one(id), ...caller });
      return toRow(response) ?? unreadable(response, 'the answer is empty');
    },
    getTaskStatusList: (query, caller) => getList(version.path, query, caller),
    getPendingTasks: (query, caller) => getList(pending, query, caller),
    async getPendingTaskHeaders(caller) {
      try {
        return totalOf(await askList({ method: 'HEAD', path: `${pending}?count=true`, ...caller }));
      } catch (error) {
        if (!isAboutHead(error)) throw error;
        return (await getList(pending, { limit: 1, count: true }, caller)).totalCount;
      }
    },
    async updateTaskStatus(id, patch, caller, onDelivery) {
      const body = { type: 'application/json-patch+json', text: JSON.stringify(patch) };
      return toRow(await client({ method: 'PATCH', path: one(id), ...caller, body, onDelivery }));
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
  const { body } = response;
  if (body === undefined) return undefined;
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body;
  return unreadable(response, 'the body is not an object');
}

function toList(response: UpstreamResponse): WireTaskList {
  const { body } = response;
  const totalCount = totalOf(response);
  if (body === undefined) return { rows: [], totalCount, isEmpty: true };
  if (Array.isArray(body)) return { rows: body as WireTaskStatus[], totalCount, isEmpty: false };
  return unreadable(response, 'the body is not an array');
}

function unreadable({ status }: UpstreamResponse, text: string): never {
  throw new UpstreamError({ failure: 'bad_response', status, text });
}

/** Whether a HEAD failed in a way that a GET might not. */
function isAboutHead(error: unknown): boolean {
  const status = statusOf(error);
  const isForeign = error instanceof UpstreamError && error.details.failure === 'foreign';
  return isForeign || status === 405 || status === 501;
}

/** A 204 means that there are no tasks. */
function totalOf({ status, totalCount }: UpstreamResponse): number | null {
  return totalCount ?? (status === 204 ? 0 : null);
}
