import { afterEach } from '@jest/globals';
import {
  type Sandbox,
  type SandboxSettings,
  type SandboxTask,
  startSandbox,
} from '../../src/sandbox/sandbox.js';

/** Noon of a fixed day: the clock of every sandbox here stands there until a test moves it. */
export const noon = Date.parse('2026-03-01T12:00:00.000Z');

/** An answer, read. */
export interface Read<T = unknown> {
  status: number;
  headers: Headers;
  text: string;
  json: T;
}

/** A sandbox with a clock to be moved by hand. */
export interface TestSandbox extends Sandbox {
  clock: { now: number };
  /** Sends a request and reads the answer; `json` is undefined where the body isn't JSON. */
  send<T = unknown>(path: string, init?: RequestInit): Promise<Read<T>>;
  /** Asks a version's list with a filter, everything else left alone. */
  filter(version: string, filters: string, more?: string): Promise<Read<SandboxTask[]>>;
  /** Patches a task on beta. */
  patch(id: string, operations: unknown, init?: RequestInit): Promise<Read<SandboxTask>>;
}

const running: Sandbox[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((sandbox) => sandbox.stop()));
});

/** Starts a sandbox that is stopped when the test is over. */
export async function startTestSandbox(settings: Partial<SandboxSettings> = {}): Promise<TestSandbox> {
  const clock = { now: noon };
  const sandbox = await startSandbox({
    settings: { tasks: 400, rateLimit: 'off', ...settings },
    now: () => clock.now,
  });
  running.push(sandbox);
  const send = async <T>(path: string, init: RequestInit = {}): Promise<Read<T>> => {
    const response = await fetch(sandbox.url + path, { redirect: 'manual', ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) as T };
  };
  return {
    ...sandbox,
    clock,
    send,
    filter: (version, filters, more = '') =>
      send(`${listPath(version)}?filters=${encodeURIComponent(filters)}${more}`),
    patch: (id, operations, init = {}) =>
      send(`/beta/task-status/${id}`, {
        method: 'PATCH',
        body: JSON.stringify(operations),
        ...init,
        headers: {
          'Content-Type': 'application/json-patch+json',
          ...(init.headers as Record<string, string>),
        },
      }),
  };
}

/** Path of a version's list. */
export function listPath(version: string): string {
  return version === 'v1' ? '/task-status/v1' : `/${version}/task-status`;
}

/** Every version. */
export const versions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'];

/** The two operations that clear a pending task. */
export const clearing = [
  { op: 'replace', path: '/completionStatus', value: 'Error' },
  { op: 'replace', path: '/completed', value: '2026-03-01T11:00:00.000Z' },
];

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
