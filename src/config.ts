import { oddities } from './config/oddities.js';
import { proxyFor } from './config/proxy.js';
import { read, type Environment, type Reading } from './config/read.js';
import { MAX_TIMER_MS, SANDBOX, STREAM_SHARE } from './config/values.js';
import { addressVariables, settingNames, variables, type Variables } from './config/variables.js';
import type { OperationManifest } from './operation-manifest.js';
import { switchVariables } from './sandbox/settings.js';

export type { Environment, Reading } from './config/read.js';

/** The gateway's settings, checked. */
export interface Config {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The upstream's origin; undefined for the embedded sandbox. */
  readonly upstreamOrigin: string | undefined;
  readonly apiVersion: Variables['SAIL_API_VERSION'];
  /** URL of the forward proxy to the upstream; undefined for none. */
  readonly proxy: string | undefined;
  /** Upstream credentials. */
  readonly credentials: Credentials;
  /** Accepted API keys. If empty, no key is required. */
  readonly apiKeys: readonly string[];
  /** Upstream calls that an OAuth client may make in a window; undefined for no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** Maximum upstream calls in flight. */
  readonly upstreamConcurrency: number;
  /** How long an operation may take. */
  readonly operationDeadlineMs: number;
  /** Origins whose pages may send requests. If empty, CORS is off. */
  readonly corsOrigins: readonly string[];
  /** Maximum operations in one HTTP request, as an array. 0 refuses arrays. */
  readonly batchLimit: number;
  /** Limits of a request and its operation. */
  readonly limits: Limits;
  /** Requests that one address may send in a window; undefined for no limit. */
  readonly clientRateLimit: RateLimit | undefined;
  /** Maximum connections held open. Others are closed. */
  readonly connectionLimit: number;
  /** Maximum streams of events held open. */
  readonly streamLimit: number;
  /** The same for one principal, in pass-through mode. */
  readonly streamLimitPerPrincipal: number;
  /** Secret of those who say that an aggregation has completed. If undefined, there is no such route. */
  readonly hookToken: string | undefined;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number;
  /** How late the event loop may be before operations are refused. */
  readonly lagLimitMs: number;
  /** How long a stop may take before the process exits. */
  readonly stopTimeoutMs: number;
  /** The allowed operations, and the mode for others; undefined if all operations are allowed. */
  readonly persistedOperations:
    | { readonly operations: OperationManifest; readonly mode: Variables['PERSISTED_OPERATIONS_MODE'] }
    | undefined;
  /** Secret that identifies a federation router. */
  readonly routerKey: string | undefined;
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly production: boolean;
  /** Whether browsers get GraphiQL. */
  readonly graphiql: boolean;
  /** Whether a client may ask for the schema with `__schema`, `__type` or `_service`. */
  readonly introspection: boolean;
  /** Whether queries that were answered before skip Apollo Server. */
  readonly fastPath: boolean;
}

/**
 * Upstream credentials. `passthrough` sends each client's token. Clients without one are served without one if
 * `anonymous` is set. `service` sends the token of one OAuth client for all of them.
 */
export type Credentials =
  | { readonly mode: 'passthrough'; readonly anonymous: boolean }
  | { readonly mode: 'service'; readonly clientId: string; readonly clientSecret: string };

/**
 * Limits of a request and its operation. `extensions.limit` of a refusal has the name of the limit. `errors` refuses
 * nothing.
 */
export interface Limits {
  /** Uses of one field under one parent, aliases included. */
  readonly fields: number;
  /** The same for `Query.taskStatus`, whose uses are joined into few calls. */
  readonly lookups: number;
  /** Levels of fields. */
  readonly depth: number;
  readonly tokens: number;
  readonly directives: number;
  /** Values that an answer would hold if all its pages were full. A variable counts as the largest page. */
  readonly values: number;
  /** Representations of one `_entities`. For `values`, each `_entities` counts as this many. */
  readonly entities: number;
  /** Errors listed for an operation that is not executed. */
  readonly errors: number;
  /** Bytes of a request's body. */
  readonly body: number;
}

/** At most `calls` in any window of `windowMs`. */
export interface RateLimit {
  readonly calls: number;
  readonly windowMs: number;
}

/** Default of how much longer a stop may take than an operation, in milliseconds. */
const STOP_MARGIN_MS = 5_000;

/**
 * Reads the gateway's settings, and the files that they name. Values are trimmed. Empty variables are treated as unset.
 */
export function readConfig(environment: Environment): Reading<Config> {
  const build = (v: Variables): Config => {
    const upstreamOrigin = v.SAIL_BASE_URL === SANDBOX ? undefined : v.SAIL_BASE_URL;
    const production = v.NODE_ENV === 'production';
    const graphiql = v.GRAPHIQL ?? !production;
    return {
      host: v.HOST,
      port: v.PORT,
      upstreamOrigin,
      apiVersion: v.SAIL_API_VERSION,
      proxy: upstreamOrigin && proxyFor(upstreamOrigin, v),
      credentials:
        v.SAIL_CREDENTIALS === 'service'
          ? { mode: 'service', clientId: v.SAIL_CLIENT_ID ?? '', clientSecret: v.SAIL_CLIENT_SECRET ?? '' }
          : {
              mode: 'passthrough',
              anonymous: v.SAIL_ANONYMOUS ?? upstreamOrigin === undefined,
            },
      apiKeys: v.API_KEYS ?? [],
      rateLimit: v.SAIL_RATE_LIMIT,
      upstreamConcurrency: v.UPSTREAM_CONCURRENCY,
      operationDeadlineMs: v.OPERATION_DEADLINE,
      corsOrigins: v.CORS_ORIGINS ?? [],
      batchLimit: v.BATCH_LIMIT,
      limits: {
        fields: v.FIELD_LIMIT,
        lookups: v.LOOKUP_LIMIT,
        depth: v.DEPTH_LIMIT,
        tokens: v.TOKEN_LIMIT,
        directives: v.DIRECTIVE_LIMIT,
        values: v.VALUE_LIMIT,
        entities: v.ENTITY_LIMIT,
        errors: v.ERROR_LIMIT,
        body: v.BODY_LIMIT,
      },
      clientRateLimit: v.CLIENT_RATE_LIMIT,
      connectionLimit: v.CONNECTION_LIMIT,
      streamLimit: v.STREAM_LIMIT ?? Math.max(1, Math.floor(v.CONNECTION_LIMIT * STREAM_SHARE)),
      streamLimitPerPrincipal: v.STREAM_LIMIT_PER_PRINCIPAL,
      hookToken: v.HOOK_TOKEN,
      requestTimeoutMs: v.REQUEST_TIMEOUT,
      lagLimitMs: v.LAG_LIMIT,
      stopTimeoutMs: v.STOP_TIMEOUT ?? Math.min(v.OPERATION_DEADLINE + STOP_MARGIN_MS, MAX_TIMER_MS),
      persistedOperations: v.PERSISTED_OPERATIONS && {
        operations: v.PERSISTED_OPERATIONS,
        mode: v.PERSISTED_OPERATIONS_MODE,
      },
      routerKey: v.ROUTER_KEY,
      logLevel: v.LOG_LEVEL,
      production,
      graphiql,
      introspection: v.INTROSPECTION ?? graphiql,
      fastPath: v.FAST_PATH,
    };
  };
  return read(variables, settingNames, environment, build, (given, config) =>
    oddities(given, config, switchVariables),
  );
}

/** Reads the address and the log level of a sandbox that runs alone. */
export function readSandboxAddress(
  environment: Environment,
): Reading<Pick<Config, 'host' | 'port' | 'logLevel'>> {
  return read(addressVariables, settingNames, environment, (v) => ({
    host: v.HOST,
    port: v.PORT,
    logLevel: v.LOG_LEVEL,
  }));
}
