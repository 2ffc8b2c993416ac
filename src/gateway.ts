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
import { createHttpServer } from './http/http.server.js';
import { createErrorMask } from './plugins/error-mask.js';
import { limitOperations } from './plugins/operation-limits.rule.js';
import { privateAnswerPlugin } from './plugins/private-answer.plugin.js';
import { responseStatusPlugin } from './plugins/response-status.plugin.js';
import { retryAfterPlugin } from './plugins/retry-after.plugin.js';
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
import { asService } from './upstream/service-token.js';
import { createTaskStatusApi } from './upstream/task-status.api.js';
import { createUpstreamClient } from './upstream/upstream.client.js';

/** A call that takes longer than this has failed. */
const CALL_TIMEOUT_MS = 15_000;

/** Texts of automatic persisted queries to remember: at most so many, and so many characters of them together. */
const PERSISTED_QUERIES = { max: 1000, maxSize: 4 * 1024 * 1024 };

/** A gateway that serves. `url` is its origin; `stop` finishes what is under way first. */
export interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

/** What a gateway leans on besides its settings. */
export interface GatewayParts {
  readonly log?: Log;
  /** The time, in epoch milliseconds. */
  readonly now?: () => number;
  /** Settings of the embedded sandbox, where that is the upstream. */
  readonly sandbox?: Partial<SandboxSettings>;
}

/** Starts a gateway, and the sandbox in front of which it stands where no upstream is configured. */
export async function startGateway(config: Config, parts: GatewayParts = {}): Promise<Gateway> {
  const { log = createLog(config.logLevel), now = Date.now } = parts;
  const embedded =
    config.upstreamOrigin === undefined
      ? await startSandbox({ now, settings: parts.sandbox ?? {} })
      : undefined;
  const origin = config.upstreamOrigin ?? embedded?.url ?? '';

  const { credentials } = config;
  const upstream = createUpstreamClient({ origin, timeoutMs: CALL_TIMEOUT_MS, now });
  const client = credentials.mode === 'service' ? asService(upstream, credentials, now) : upstream;
  const api = createTaskStatusApi(client, apiVersions[config.apiVersion]);
  const reads = createTaskReads(api, log, now);
  const sourceFor = (token: string | undefined): TaskStatusSource => {
    if (credentials.mode === 'service') return createTaskStatusSource(api, reads, undefined, log, now);
    if (token === undefined && !credentials.anonymous) return createClosedSource();
    return createTaskStatusSource(api, reads, token, log, now);
  };
  const apollo = new ApolloServer<OperationContext>({
    schema: createSubgraph(createSchema(), config.limits.entities),
    nodeEnv: config.production ? 'production' : '',
    introspection: config.introspection,
    validationRules: [
      limitOperations(config.limits),
      ...(config.introspection ? [] : [refuseServiceIntrospection]),
    ],
    parseOptions: { maxLexicalTokens: config.limits.tokens },
    // What breaks off the list is one of the errors listed.
    validationOptions: { maxErrors: config.limits.errors - 1 },
    executionOptions: { maxCoercionErrors: config.limits.errors - 1 },
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: createErrorMask(log, config.introspection),
    logger: log,
    csrfPrevention: true,
    allowBatchedHttpRequests: config.batchLimit > 0,
    persistedQueries: { cache: new InMemoryLRUCache<string>(PERSISTED_QUERIES) },
    plugins: [
      ...(config.persistedOperations
        ? [safelistPlugin({ ...config.persistedOperations, routerKey: config.routerKey, log })]
        : []),
      retryAfterPlugin(),
      privateAnswerPlugin(),
      responseStatusPlugin(),
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
    contextFor: (authorization) => ({ tasks: sourceFor(bearerOf(authorization)) }),
    log,
    ...config,
    bodyLimit: config.limits.body,
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
  return { url, stop };
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
