import { z } from 'zod';
import { readOperationManifest, type OperationManifest } from './operation-manifest.js';

/** The gateway's settings, checked. */
export interface Config {
  readonly host: string;
  /** 0 is any free port. */
  readonly port: number;
  /** The upstream's origin; undefined is the embedded sandbox. */
  readonly upstreamOrigin: string | undefined;
  readonly apiVersion: (typeof apiVersions)[number];
  /** Calls that may be made in a window; undefined is as many as wanted. */
  readonly rateLimit: { readonly calls: number; readonly windowMs: number } | undefined;
  /** Calls of the upstream that may be under way at once. */
  readonly upstreamConcurrency: number;
  /** How long an operation may take. */
  readonly operationDeadlineMs: number;
  /** Origins whose pages may ask; none is no CORS. */
  readonly corsOrigins: readonly string[];
  /** Operations that one HTTP request may hold as an array; 0 is no arrays. */
  readonly batchLimit: number;
  /** The operations that are allowed, and what becomes of others; undefined is that all are. */
  readonly persistedOperations:
    { readonly operations: OperationManifest; readonly mode: (typeof listModes)[number] } | undefined;
  /** By which a federation router is known. */
  readonly routerKey: string | undefined;
  readonly logLevel: (typeof levels)[number];
  readonly production: boolean;
  /** Whether browsers get GraphiQL. */
  readonly graphiql: boolean;
  /** Whether a client may ask for the schema, by `__schema`, `__type` or `_service`. */
  readonly introspection: boolean;
}

/** Environment variables, or any other source of them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings, or what is wrong with each variable that is: a line each, beginning with its name. */
export type Reading<T> = { readonly value: T } | { readonly problems: readonly string[] };

const apiVersions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'] as const;
const listModes = ['report', 'enforce'] as const;
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

/** A rule in words, which is all that a person needs to mend a variable. */
const port = z
  .string()
  .refine(
    (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'a port number from 0 (any free port) to 65535',
  )
  .transform(Number);
const host = z
  .string()
  .regex(/^[\w.:-]+$/, 'a host name or address to listen on, such as 127.0.0.1 or 0.0.0.0');
const logLevel = z.enum(levels, `one of ${levels.join(', ')}`);
const onOff = z.enum(['on', 'off'], '"on" or "off"').transform((text) => text === 'on');

const variables = z.object({
  PORT: port.default(4000),
  HOST: host.default('127.0.0.1'),
  SAIL_BASE_URL: z
    .string()
    .refine(
      isOrigin,
      'an origin without a path, such as https://tenant.api.identitynow.com: the gateway appends the path',
    )
    .transform((text) => new URL(text).origin)
    .optional(),
  SAIL_API_VERSION: z.enum(apiVersions, `one of ${apiVersions.join(', ')}`).default('beta'),
  SAIL_RATE_LIMIT: z
    .string()
    .regex(/^(?:off|[1-9]\d{0,5}\/[1-9]\d{0,3}s)$/, '"off", or calls and seconds such as 100/10s')
    .default('100/10s')
    .transform(toRateLimit),
  UPSTREAM_CONCURRENCY: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, 'a number of calls from 1 to 9999')
    .transform(Number)
    .default(50),
  OPERATION_DEADLINE: z
    .string()
    .regex(/^[1-9]\d{0,4}m?s$/, 'a time in seconds or milliseconds, such as 15s or 500ms')
    .transform(toMs)
    .default(15_000),
  CORS_ORIGINS: z
    .string()
    .transform((text) => text.split(',').map((origin) => origin.trim()))
    .refine(
      (origins) => origins.every(isOrigin),
      'exact origins without a path, separated by commas, such as https://app.example.com,http://localhost:3000',
    )
    .transform((origins) => origins.map((origin) => new URL(origin).origin))
    .default([]),
  BATCH_LIMIT: z
    .string()
    .regex(/^\d{1,2}$/, 'a number of operations from 0 (no batches) to 99')
    .transform(Number)
    .default(0),
  PERSISTED_OPERATIONS: z.string().transform(toManifest).optional(),
  PERSISTED_OPERATIONS_MODE: z.enum(listModes, `one of ${listModes.join(', ')}`).default('enforce'),
  ROUTER_KEY: z
    .string()
    .regex(/^[!-~]{16,}$/, 'a secret of 16 or more letters, digits and signs, without spaces')
    .optional(),
  LOG_LEVEL: logLevel.default('info'),
  NODE_ENV: z.string().optional(),
  GRAPHIQL: onOff.optional(),
  INTROSPECTION: onOff.optional(),
});

const sandboxVariables = z.object({
  PORT: port.default(4010),
  HOST: host.default('127.0.0.1'),
  LOG_LEVEL: logLevel.default('info'),
});

/** Reads the gateway's settings, and the files that they name. An empty variable is as good as none. */
export function readConfig(environment: Environment): Reading<Config> {
  return read(variables, environment, (v) => {
    const production = v.NODE_ENV === 'production';
    const graphiql = v.GRAPHIQL ?? !production;
    return {
      host: v.HOST,
      port: v.PORT,
      upstreamOrigin: v.SAIL_BASE_URL,
      apiVersion: v.SAIL_API_VERSION,
      rateLimit: v.SAIL_RATE_LIMIT,
      upstreamConcurrency: v.UPSTREAM_CONCURRENCY,
      operationDeadlineMs: v.OPERATION_DEADLINE,
      corsOrigins: v.CORS_ORIGINS,
      batchLimit: v.BATCH_LIMIT,
      persistedOperations: v.PERSISTED_OPERATIONS && {
        operations: v.PERSISTED_OPERATIONS,
        mode: v.PERSISTED_OPERATIONS_MODE,
      },
      routerKey: v.ROUTER_KEY,
      logLevel: v.LOG_LEVEL,
      production,
      graphiql,
      introspection: v.INTROSPECTION ?? graphiql,
    };
  });
}

/** Reads where a sandbox that runs alone is to listen. */
export function readSandboxAddress(
  environment: Environment,
): Reading<Pick<Config, 'host' | 'port' | 'logLevel'>> {
  return read(sandboxVariables, environment, (v) => ({ host: v.HOST, port: v.PORT, logLevel: v.LOG_LEVEL }));
}

function read<S extends z.ZodObject, T>(
  schema: S,
  environment: Environment,
  build: (variables: z.output<S>) => T,
): Reading<T> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(given);
  if (result.success) return { value: Object.freeze(build(result.data)) };
  return {
    problems: result.error.issues.map(({ path: [name], message }) => `${String(name)} must be ${message}`),
  };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  const bare = pathname === '/' && `${search}${hash}${username}${password}` === '';
  return bare && (protocol === 'https:' || protocol === 'http:');
}

function toManifest(path: string, context: z.RefinementCtx): OperationManifest {
  try {
    return readOperationManifest(path);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}

function toRateLimit(text: string): Config['rateLimit'] {
  const [calls = '', seconds = ''] = text.split('/');
  return text === 'off' ? undefined : { calls: Number(calls), windowMs: parseInt(seconds, 10) * 1000 };
}

function toMs(text: string): number {
  return parseInt(text, 10) * (text.endsWith('ms') ? 1 : 1000);
}
