import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';
import type { AddressInfo } from 'node:net';
import type { Config } from './config.js';
import { createKnownOperations, type KnownOperations } from './execution/known-operations.js';
import { createHttpServer } from './http/http.server.js';
import { answerHeaders, answerHeadersPlugin } from './plugins/answer-headers.plugin.js';
import { createErrorMask, formatErrors } from './plugins/error-mask.js';
import { knownOperationsPlugin } from './plugins/known-operations.plugin.js';
import { longTextsPlugin } from './plugins/long-texts.plugin.js';
import { findExcess, limitOperations } from './plugins/operation-limits.rule.js';
import { refuseUnknownOperationTypes } from './plugins/operation-types.rule.js';
import { persistedHashPlugin } from './plugins/persisted-hash.plugin.js';
import { responseStatusPlugin } from './plugins/response-status.plugin.js';
import { createSafelist } from './plugins/safelist.js';
import { safelistPlugin } from './plugins/safelist.plugin.js';
import { refuseServiceIntrospection } from './plugins/service-introspection.rule.js';
import type { OperationContext } from './resolvers/context.js';
import { startSandbox } from './sandbox/sandbox.js';
import type { SandboxSettings } from './sandbox/settings.js';
import { createSchema, createSubgraph } from './schema.js';
import { createClosedSource } from './sources/closed.source.js';
import { createTaskReads } from './sources/task-reads.js';
import { createTaskStatusSource, type TaskStatusSource } from './sources/task-status.source.js';
import { createLog, type Log } from './telemetry/logger.js';
import { apiVersions } from './upstream/api-version.js';
import { afterRealTime, type Clock } from './upstream/clock.js';
import { createGuardedClient } from './upstream/guarded.client.js';
import { createPacedClient } from './upstream/paced.client.js';
import { createPatience, type Patience } from './upstream/patience.js';
import { createRetryingClient } from './upstream/retrying.client.js';
import { asService } from './upstream/service-token.js';
import { createTaskStatusApi } from './upstream/task-status.api.js';
import { createUpstreamClient } from './upstream/upstream.client.js';

/** How much of an operation's time one call may take. */
const CALL_SHARE = 2 / 3;

/** Texts of automatic persisted queries to remember: at most so many, and so many characters of them together. */
const PERSISTED_QUERIES = { max: 1000, maxSize: 4 * 1024 * 1024 };

/** A gateway that serves. `url` is its origin; `stop` finishes what is under way first. */
export interface Gateway {
  readonly url: string;
  /** What it answers the short way. Whatever is learned here passes no guard any more. */
  readonly known: KnownOperations;
  stop(): Promise<void>;
}

/** What a gateway leans on besides its settings. */
export interface GatewayParts {
  readonly log?: Log;
  /** The time, in epoch milliseconds. */
  readonly now?: () => number;
  /** Calls back after so many milliseconds, unless what it gives is called before. */
  readonly after?: Clock['after'];
  /** A number from 0 to 1. */
  readonly random?: () => number;
  /** Settings of the embedded sandbox, where that is the upstream. */
  readonly sandbox?: Partial<SandboxSettings>;
}

/** Starts a gateway, and the sandbox in front of which it stands where no upstream is configured. */
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const { log = createLog(config.logLevel), now = Date.now, after = afterRealTime } = parts;
  const clock = { now, after };
  const embedded =
    config.upstreamOrigin === undefined
      ? await startSandbox({ now, settings: parts.sandbox ?? {} })
      : undefined;
  const origin = config.upstreamOrigin ?? embedded?.url ?? '';

  const { credentials, limits } = config;
  const timeoutMs = config.operationDeadlineMs * CALL_SHARE;
  const guarded = createGuardedClient(
    createUpstreamClient({ origin, timeoutMs, clock }),
    config.upstreamConcurrency,
    (circuit) => {
      log.warn({ circuit }, 'the circuit to the upstream has changed');
    },
  );
  const isDown = (): boolean => guarded.circuit() !== 'closed';
  const authorized =
    credentials.mode === 'service' ? asService(guarded.client, credentials, clock) : guarded.client;
  const paced = config.rateLimit ? createPacedClient(authorized, config.rateLimit, clock, isDown) : undefined;
  const client = createRetryingClient(paced?.client ?? authorized, clock, parts.random ?? Math.random);
  const api = createTaskStatusApi(client, apiVersions[config.apiVersion]);
  const reads = createTaskReads(api, log, now, paced?.gather);
  const sourceFor = (token: string | undefined, patience: Patience): TaskStatusSource => {
    if (credentials.mode === 'passthrough' && token === undefined && !credentials.anonymous)
      return createClosedSource();
    const authorization = credentials.mode === 'passthrough' ? token : undefined;
    return createTaskStatusSource(api, reads, { authorization, patience }, log, now);
  };

  const schema = createSubgraph(createSchema(), limits.entities);
  const mask = createErrorMask(log, config.introspection);
  const safelist = config.persistedOperations && createSafelist(config.persistedOperations.operations);
  const known = createKnownOperations(schema, {
    admits: (source) => safelist?.serves(source) ?? true,
    admitsAll: (template) => findExcess(template, schema, limits) === undefined,
  });
  const apollo = new ApolloServer<OperationContext>({
    schema,
    nodeEnv: config.production ? 'production' : '',
    introspection: config.introspection,
    validationRules: [
      limitOperations(limits),
      refuseUnknownOperationTypes,
      ...(config.introspection ? [] : [refuseServiceIntrospection]),
    ],
    parseOptions: { maxLexicalTokens: limits.tokens },
    // What breaks off the list is one of the errors listed.
    validationOptions: { maxErrors: limits.errors - 1 },
    executionOptions: { maxCoercionErrors: limits.errors - 1 },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: mask,
    // A line's end behind it would have V8 copy the whole of a long answer.
    stringifyResult: (result) => JSON.stringify(result),
    logger: log,
    csrfPrevention: true,
    allowBatchedHttpRequests: config.batchLimit > 0,
    persistedQueries: { cache: new InMemoryLRUCache<string>(PERSISTED_QUERIES) },
    plugins: [
      persistedHashPlugin(),
      ...(config.persistedOperations && safelist
        ? [
            safelistPlugin({
              safelist,
              mode: config.persistedOperations.mode,
              routerKey: config.routerKey,
              log,
            }),
          ]
        : []),
      longTextsPlugin(),
      answerHeadersPlugin(),
      responseStatusPlugin(),
      knownOperationsPlugin(known, log),
      // Cache control instruments every field; reporting would send operations elsewhere if a key is about.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
  await apollo.start();

  const http = createHttpServer({
    apollo,
    known,
    formatErrors: (errors) => formatErrors(errors, mask),
    headersFor: answerHeaders,
    contextFor: ({ authorization, onEnd, calls }) => {
      const patience = createPatience(now() + config.operationDeadlineMs, clock, calls);
      onEnd(() => {
        patience.end();
      });
      return { tasks: sourceFor(bearerOf(authorization), patience) };
    },
    log,
    circuit: guarded.circuit,
    ...config,
    bodyLimit: limits.body,
    headers: embedded ? { 'x-upstream': 'embedded-sandbox' } : {},
  });
  const stop = async (): Promise<void> => {
    await http.close();
    await apollo.stop();
    await embedded?.stop();
  };
  try {
    await http.listen({ host: config.host, port: config.port });
  } catch (error) {
    await stop();
    throw error;
  }
  if (embedded) {
    log.warn(
      { sandbox: embedded.url },
      'SAIL_BASE_URL is not set: answering from the embedded sandbox, with made-up tasks',
    );
    if (config.production) log.warn('NODE_ENV is production, and yet the tasks are made up');
  }
  const url = urlOf(http.server.address() as AddressInfo);
  log.info({ url, upstream: origin, apiVersion: config.apiVersion }, 'ready');
  return { url, known, stop };
}

/** The header as it came, if it holds a bearer token: any other is meant for somebody in between. */
function bearerOf(authorization: string | undefined): string | undefined {
  return authorization !== undefined && /^bearer +\S/i.test(authorization) ? authorization : undefined;
}

/** An address that a browser on this machine can open: wildcard addresses are no place to go to. */
function urlOf({ address, port, family }: AddressInfo): string {
  const host =
    address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${port}`;
}
