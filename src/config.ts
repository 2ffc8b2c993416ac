import { oddities } from './config/oddities.js';
import { proxyFor } from './config/proxy.js';
import { read, type Environment, type Reading } from './config/read.js';
import { MAX_TIMER_MS, SANDBOX } from './config/values.js';
import { addressVariables, settingNames, variables, type Variables } from './config/variables.js';
import type { OperationManifest } from './operation-manifest.js';
import { switchVariables } from './sandbox/settings.js';

export type { Environment, Reading } from './config/read.js';

/** The gateway's settings, checked. */
export interface Config {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** The upstream's origin; undefined is the embedded sandbox. */
  readonly upstreamOrigin: string | undefined;
  readonly apiVersion: Variables['SAIL_API_VERSION'];
  /** The URL of the forward proxy through which the upstream is asked; undefined is directly. */
  readonly proxy: string | undefined;
  /** As whom the upstream is asked. */
  readonly credentials: Credentials;
  /** Keys of which a client must send one; none is that it needn't. */
  readonly apiKeys: readonly string[];
  /** Calls that may be made in a window; undefined is as many as wanted. */
  readonly rateLimit: RateLimit | undefined;
  /** Upstream calls in flight at most. */
  readonly upstreamConcurrency: number;
  /** How long an operation may take. */
  readonly operationDeadlineMs: number;
  /** Origins whose pages may ask; none is no CORS. */
  readonly corsOrigins: readonly string[];
  /** Operations that one HTTP request may hold as an array; 0 is no arrays. */
  readonly batchLimit: number;
  /** What one operation may cost, by the names that `extensions.limit` gives. */
  readonly limits: Limits;
  /** Requests that one address may make; undefined is as many as it wants. */
  readonly clientRateLimit: RateLimit | undefined;
  /** Connections that are held open at once; others are refused. */
  readonly connectionLimit: number;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs: number;
  /** How late the event loop may be before operations are shed. */
  readonly lagLimitMs: number;
  /** How long a stop may take before the process exits. */
  readonly stopTimeoutMs: number;
  /** The operations that are allowed, and what becomes of others; undefined is that all are. */
  readonly persistedOperations:
    | { readonly operations: OperationManifest; readonly mode: Variables['PERSISTED_OPERATIONS_MODE'] }
    | undefined;
  /** By which a federation router is known. */
  readonly routerKey: string | undefined;
  readonly logLevel: Variables['LOG_LEVEL'];
  readonly production: boolean;
  /** Whether browsers get GraphiQL. */
  readonly graphiql: boolean;
  /** Whether a client may ask for the schema, by `__schema`, `__type` or `_service`. */
  readonly introspection: boolean;
  /** Whether queries that were answered before skip Apollo Server. */
  readonly fastPath: boolean;
}

/**
 * `passthrough` asks with the token of each client, and without any for those who have none where `anonymous` is set.
 * `service` asks for all of them as one OAuth client.
 */
export type Credentials =
  | { readonly mode: 'passthrough'; readonly anonymous: boolean }
  | { readonly mode: 'service'; readonly clientId: string; readonly clientSecret: string };

/** What one request and its operation may be. Each limit has the name by which `extensions.limit` tells of it. */
export interface Limits {
  /** Uses of one field under one parent, aliases included. */
  readonly fields: number;
  /** The same of `Query.taskStatus`, whose uses are joined into few calls. */
  readonly lookups: number;
  /** Levels of fields. */
  readonly depth: number;
  readonly tokens: number;
  readonly directives: number;
  /** Values that an answer may hold, were each page full: a variable stands for the largest page. */
  readonly values: number;
  /** Representations of one `_entities`, for whose number a variable stands. */
  readonly entities: number;
  /** Errors that are listed of an operation that is not executed. */
  readonly errors: number;
  /** Bytes of a request's body. */
  readonly body: number;
}

/** So many calls in any such window. */
export interface RateLimit {
  readonly calls: number;
  readonly windowMs: number;
}

/** By default, a stop may take this much longer than an operation. */
const STOP_MARGIN_MS = 5_000;

/** Reads the gateway's settings, and the files that they name. Values are trimmed; empty variables are treated as unset. */
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

/** Reads where a sandbox that runs alone is to listen. */
export function readSandboxAddress(
  environment: Environment,
): Reading<Pick<Config, 'host' | 'port' | 'logLevel'>> {
  return read(addressVariables, settingNames, environment, (v) => ({
    host: v.HOST,
    port: v.PORT,
    logLevel: v.LOG_LEVEL,
  }));
}
