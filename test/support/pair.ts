import { afterAll, beforeAll, beforeEach, describe } from '@jest/globals';
import { getOperationAST, parse, validate, type DocumentNode } from 'graphql';
import {
  type Environment,
  readConfig,
  startGateway,
  startSandbox,
  type Gateway,
  type GatewayParts,
  type Sandbox,
  type SandboxOptions,
} from '../../src/index.js';
import { createSchema, createSubgraph } from '../../src/schema.js';
import type { Log } from '../../src/telemetry/logger.js';
import { silentLog } from './silent-log.js';

/** The time in every test, unless it moves the clock. Epoch ms. */
export const NOON = Date.parse('2026-06-01T12:00:00.000Z');

const schema = createSubgraph(createSchema());

/** An answer as a client gets it. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: any;
  readonly errors: readonly { message: string; path?: unknown; extensions: Record<string, unknown> }[];
}

/** A gateway in front of a sandbox, both on free ports of the loopback interface, with one clock. */
export class Pair {
  sandbox!: Sandbox;
  gateway!: Gateway;
  now = NOON;

  constructor(
    readonly version: string,
    private readonly settings: SandboxOptions['settings'] = {},
    private readonly environment: Environment = {},
    private readonly log: Log = silentLog,
  ) {}

  async start(): Promise<void> {
    const now = (): number => this.now;
    this.sandbox = await startSandbox({ now, settings: { rateLimit: 'off', tasks: 900, ...this.settings } });
    this.gateway = await startGatewayOn(this.sandbox.url, this.version, now, this.environment, this.log);
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    await this.sandbox.stop();
  }

  reset(): void {
    this.now = NOON;
    this.sandbox.reset();
  }

  /** Whether this version's list includes pending tasks. */
  get listHoldsPending(): boolean {
    return !['beta', 'v2024'].includes(this.version);
  }

  ask(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Reply> {
    return ask(this.gateway.url, query, variables, headers);
  }

  /** Returns the calls that reached the upstream, such as `GET getTaskStatusList`, and clears them. */
  calls(): string[] {
    return this.sandbox.calls.splice(0).map(({ method, operation }) => `${method} ${operation}`);
  }

  /** Returns the query parameters of these calls, and clears them. */
  queries(): Record<string, string>[] {
    return this.sandbox.calls.splice(0).map(({ query }) => query);
  }

  completed(count: number): string[] {
    return this.idsWhere((task) => task.completionStatus !== null, count);
  }

  pending(count: number): string[] {
    return this.idsWhere((task) => task.completionStatus === null, count);
  }

  private idsWhere(holds: (task: ReturnType<Sandbox['tasks']>[number]) => boolean, count: number): string[] {
    const ids = this.sandbox
      .tasks()
      .filter(holds)
      .slice(0, count)
      .map(({ id }) => id);
    if (ids.length < count) throw new Error(`the sandbox has ${ids.length} such tasks, not ${count}`);
    return ids;
  }
}

const gateways = new Map<string, Gateway>();

/** Starts a gateway in front of `origin`, on a free port. */
export async function startGatewayOn(
  origin: string,
  version = 'beta',
  now: () => number = () => NOON,
  environment: Environment = {},
  log: Log = silentLog,
  parts: GatewayParts = {},
): Promise<Gateway> {
  const reading = readConfig({
    PORT: '0',
    SAIL_BASE_URL: origin,
    SAIL_API_VERSION: version,
    SAIL_RATE_LIMIT: 'off',
    SAIL_ANONYMOUS: 'on',
    // Tests share a process and a loaded machine, so the event loop can be late.
    LAG_LIMIT: '60000ms',
    ...environment,
  });
  if ('problems' in reading) throw new Error(reading.problems.join('; '));
  // Without jitter, retries are sent immediately.
  const gateway = await startGateway(reading.value, { now, log, random: () => 0, ...parts });
  gateways.set(gateway.url, gateway);
  return gateway;
}

/** Sends an operation as a frontend does. */
export async function ask(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  if (process.env['FAST_PATH_PRIMED']) prime(gateways.get(url), query);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const body = (await response.json()) as { data?: unknown; errors?: Reply['errors'] };
  return { status: response.status, headers: response.headers, data: body.data, errors: body.errors ?? [] };
}

/** Caches an operation if it is valid, so that its first request takes the fast path. */
function prime(gateway: Gateway | undefined, source: string): void {
  let document: DocumentNode;
  try {
    document = parse(source);
  } catch {
    return;
  }
  const operation = getOperationAST(document);
  if (!operation || validate(schema, document).length > 0) return;
  gateway?.compiledOperations?.put({ source, operationName: undefined, document, operation });
}

/** The API versions that the suite runs against. */
const versions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'] as const;

/** Runs a suite against each API version. Resets the sandbox before each test. */
export function onEachVersion(suite: (pair: Pair) => void, settings?: SandboxOptions['settings']): void {
  describe.each(versions)('on %s', (version) => {
    const pair = new Pair(version, settings);
    beforeAll(() => pair.start());
    afterAll(() => pair.stop());
    beforeEach(() => {
      pair.reset();
    });
    suite(pair);
  });
}
