import { type ApolloServerPlugin } from '@apollo/server';
import type { AddressInfo } from 'node:net';
import type { Config, Credentials } from './config.js';
import { createApollo } from './apollo.js';
import { summaryOf } from './config/summary.js';
import { type CompiledOperationCache } from './fast-path/compiled-operation-cache.js';
import type { GraphqlOptions } from './http/graphql.route.js';
import { createHttpServer } from './http/http.server.js';
import { answerHeaders } from './plugins/answer-headers.plugin.js';
import type { OperationContext } from './resolvers/context.js';
import { startSandbox } from './sandbox/sandbox.js';
import type { SandboxSettings } from './sandbox/settings.js';
import { createUnauthenticatedDataSource } from './data-sources/unauthenticated.data-source.js';
import { createTaskReads } from './data-sources/lookups/task-reads.js';
import { createTaskWatchers, type TaskWatchers } from './data-sources/watching/task-watchers.js';
import { createTaskStatusDataSource } from './data-sources/task-status.data-source.js';
import { createLog, type Log } from './telemetry/logger.js';
import { apiVersions } from './upstream/api-version.js';
import { createCallScope } from './upstream/call-scope.js';
import { afterRealTime, type Clock } from './upstream/clock.js';
import { createPipeline, type Pipeline } from './upstream/pipeline.js';
import { anonymousPrincipal, principalOf, servicePrincipal, type Principal } from './upstream/principal.js';
import { createTaskStatusApi, type TaskStatusApi } from './upstream/task-status.api.js';

/** The share of an operation's deadline that one call may take. */
const CALL_SHARE = 2 / 3;

/** A running gateway. `url` is its origin. `stop` finishes the operations in flight first. */
export interface Gateway {
  readonly url: string;
  /** The cache of the fast path; undefined if that is off. For tests: operations that are put here pass no guard. */
  readonly compiledOperations: CompiledOperationCache | undefined;
  stop(): Promise<void>;
}

/** What a gateway needs besides its settings. */
export interface GatewayParts {
  readonly log?: Log;
  /** Returns the time, in epoch milliseconds. */
  readonly now?: () => number;
  /** Calls `callback` once after `ms`. Returns a function that cancels it. */
  readonly after?: Clock['after'];
  /** Returns 0 to 1. */
  readonly random?: () => number;
  /** Settings of the embedded sandbox, if that is the upstream. */
  readonly sandbox?: Partial<SandboxSettings>;
  /** Plugins of Apollo Server, besides the gateway's own. One that isn't `fastPathSafe` turns the fast path off. */
  readonly plugins?: readonly ApolloServerPlugin<OperationContext>[];
}

/** Starts a gateway, and the embedded sandbox if no upstream is configured. */
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const { log = createLog(config.logLevel), now = Date.now, after = afterRealTime } = parts;
  const clock = { now, after };
  const embedded =
    config.upstreamOrigin === undefined
      ? await startSandbox({ now, settings: parts.sandbox ?? {} })
      : undefined;
  const origin = config.upstreamOrigin ?? embedded?.url ?? '';
  const pipeline = pipelineFor(config, origin, clock, parts.random ?? Math.random, log);
  const api = createTaskStatusApi(pipeline.send, apiVersions[config.apiVersion]);
  const watchers = watchersFor(config, api, clock, log);
  const { apollo, compiledOperations, subscriptions } = createApollo(config, log, parts.plugins ?? []);
  await apollo.start();

  const http = createHttpServer({
    ...config,
    apollo,
    fastPath: compiledOperations,
    answerHeaders,
    subscriptions,
    contextFor: contextsFor(config, api, watchers, (principal) => pipeline.places(principal), clock, log),
    onClosing: () => {
      watchers.stop();
    },
    onHint: () => {
      watchers.pollSoon();
    },
    after,
    log,
    upstreamHealth: () => pipeline.health(),
    bodyLimit: config.limits.body,
    headers: embedded ? { 'x-upstream': 'embedded-sandbox' } : {},
  });
  const stop = async (): Promise<void> => {
    await http.close();
    await apollo.stop();
    pipeline.close();
    await embedded?.stop();
  };
  try {
    await http.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw error;
  }
  if (embedded) warnOfMadeUpTasks(config, embedded.url, log);
  const url = urlOf(http.server.address() as AddressInfo);
  log.info({ url, upstream: origin, ...summaryOf(config) }, 'ready');
  return { url, compiledOperations, stop };
}

function warnOfMadeUpTasks({ production }: Config, sandbox: string, log: Log): void {
  log.warn(
    { sandbox },
    'answering from the embedded sandbox, with made-up tasks: SAIL_BASE_URL names no tenant',
  );
  if (production) log.warn('NODE_ENV is production, and yet the tasks are made up');
}

function pipelineFor(config: Config, origin: string, clock: Clock, random: () => number, log: Log): Pipeline {
  const { credentials, operationDeadlineMs } = config;
  return createPipeline({
    origin,
    proxy: config.proxy,
    credentials: credentials.mode === 'service' ? credentials : undefined,
    rateLimit: config.rateLimit,
    concurrency: config.upstreamConcurrency,
    timeoutMs: operationDeadlineMs * CALL_SHARE,
    clock,
    random,
    warn: log.warn.bind(log),
  });
}

function watchersFor(config: Config, api: TaskStatusApi, clock: Clock, log: Log): TaskWatchers {
  return createTaskWatchers({
    api,
    log,
    clock,
    pollDeadlineMs: config.operationDeadlineMs,
    rateLimit: config.rateLimit,
    maxIds: config.limits.lookups,
    maxViewers: config.streamLimit,
    // In service mode, all viewers are one principal.
    maxViewersPerPrincipal: config.credentials.mode === 'service' ? Infinity : config.streamLimitPerPrincipal,
  });
}

/** Returns a function that makes the context of a request's operations. */
function contextsFor(
  { credentials, operationDeadlineMs }: Config,
  api: TaskStatusApi,
  watchers: TaskWatchers,
  places: Pipeline['places'],
  clock: Clock,
  log: Log,
): GraphqlOptions['contextFor'] {
  const reads = createTaskReads(api, log, clock, places, (principal, tasks) => {
    watchers.learn(principal, tasks);
  });
  return ({ authorization, onEnd, calls, errorCodes }) => {
    const principal = principalFor(credentials, authorization);
    if (principal === undefined) return { tasks: createUnauthenticatedDataSource(), errorCodes };
    const scope = createCallScope(clock.now() + operationDeadlineMs, clock);
    onEnd(() => {
      scope.abort();
    });
    const caller = { principal, scope, calls };
    const tasks = createTaskStatusDataSource(api, reads, watchers, caller, log, clock.now);
    return { tasks, errorCodes };
  };
}

/**
 * Returns who asks: the gateway itself in service mode, else the caller by its bearer token. Other schemes of
 * `Authorization` are meant for an intermediary. Undefined if a token is needed and there is none.
 */
function principalFor(credentials: Credentials, authorization: string | undefined): Principal | undefined {
  if (credentials.mode === 'service') return servicePrincipal;
  if (authorization !== undefined && /^bearer +\S/i.test(authorization)) return principalOf(authorization);
  return credentials.anonymous ? anonymousPrincipal : undefined;
}

/** Returns a URL that a browser on this machine can open: `localhost` for a wildcard address. */
function urlOf({ address, port, family }: AddressInfo): string {
  const host =
    address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
