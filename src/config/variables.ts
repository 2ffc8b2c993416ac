import { z } from 'zod';
import { switchVariables } from '../sandbox/settings.js';
import { proxyProblem } from './proxy.js';
import {
  amount,
  clientCredential,
  duration,
  host,
  manifest,
  MAX_TIMER_SECONDS,
  onOff,
  origins,
  port,
  rateLimit,
  secret,
  upstream,
} from './values.js';

const apiVersions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'] as const;
const listModes = ['report', 'enforce'] as const;
const credentialModes = ['passthrough', 'service'] as const;
const environments = ['production', 'development', 'test'] as const;
const levels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

const logLevel = z.enum(levels, `one of ${levels.join(', ')}`);

/** The gateway's settings, as variables of the environment. */
export const variables = z
  .object({
    PORT: port.default(4000),
    HOST: host.default('127.0.0.1'),
    SAIL_BASE_URL: upstream.optional(),
    HTTPS_PROXY: z.string().optional(),
    https_proxy: z.string().optional(),
    HTTP_PROXY: z.string().optional(),
    http_proxy: z.string().optional(),
    SAIL_API_VERSION: z.enum(apiVersions, `one of ${apiVersions.join(', ')}`).default('beta'),
    SAIL_CREDENTIALS: z.enum(credentialModes, `one of ${credentialModes.join(', ')}`).default('passthrough'),
    SAIL_ANONYMOUS: z.enum(['allow', 'refuse'], '"allow" or "refuse"').optional(),
    SAIL_CLIENT_ID: clientCredential.optional(),
    SAIL_CLIENT_SECRET: clientCredential.optional(),
    API_KEYS: z
      .string()
      .transform((text) => text.split(',').map((key) => key.trim()))
      .pipe(z.array(secret))
      .default([]),
    TRUSTED_DOOR: z.enum(['yes', 'no'], '"yes" or "no"').default('no'),
    SAIL_RATE_LIMIT: rateLimit.prefault('100/10s'),
    UPSTREAM_CONCURRENCY: z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'a number of calls from 1 to 9999')
      .transform(Number)
      .default(50),
    OPERATION_DEADLINE: duration.default(15_000),
    CORS_ORIGINS: origins.default([]),
    BATCH_LIMIT: z
      .string()
      .regex(/^\d{1,2}$/, 'a number of operations from 0 (no batches) to 99')
      .transform(Number)
      .default(0),
    FIELD_LIMIT: amount('uses').default(100),
    LOOKUP_LIMIT: amount('uses').default(250),
    DEPTH_LIMIT: amount('levels').default(20),
    TOKEN_LIMIT: amount('tokens').default(15_000),
    DIRECTIVE_LIMIT: amount('directives').default(50),
    VALUE_LIMIT: amount('values').default(2_000_000),
    ENTITY_LIMIT: amount('entities').default(250),
    ERROR_LIMIT: amount('errors').default(10),
    BODY_LIMIT: amount('bytes').default(1_048_576),
    CLIENT_RATE_LIMIT: rateLimit.optional(),
    CONNECTION_LIMIT: amount('connections').default(10_000),
    REQUEST_SECONDS: amount('seconds', MAX_TIMER_SECONDS).default(10),
    LAG_LIMIT_MS: amount('milliseconds').default(1_000),
    STOP_SECONDS: amount('seconds', MAX_TIMER_SECONDS).optional(),
    PERSISTED_OPERATIONS: manifest.optional(),
    PERSISTED_OPERATIONS_MODE: z.enum(listModes, `one of ${listModes.join(', ')}`).default('enforce'),
    ROUTER_KEY: secret.optional(),
    LOG_LEVEL: logLevel.default('info'),
    NODE_ENV: z.enum(environments, `one of ${environments.join(', ')}, or not set`).optional(),
    GRAPHIQL: onOff.optional(),
    INTROSPECTION: onOff.optional(),
    FAST_PATH: onOff.prefault('on'),
    ALLOW_UNKNOWN_SETTINGS: onOff.optional(),
  })
  .superRefine((v, context) => {
    const problem = proxyProblem(v.SAIL_BASE_URL, v);
    if (problem) context.addIssue({ code: 'custom', ...problem });
    const miss = (name: keyof typeof v, message: string): void => {
      context.addIssue({ code: 'custom', path: [name], message });
    };
    if (v.NODE_ENV === 'production' && v.SAIL_BASE_URL === undefined)
      miss(
        'SAIL_BASE_URL',
        'set where NODE_ENV is "production": SAIL_BASE_URL=sandbox asks for the embedded sandbox, with made-up tasks',
      );
    if (v.SAIL_CREDENTIALS !== 'service') return;
    for (const name of ['SAIL_CLIENT_ID', 'SAIL_CLIENT_SECRET'] as const)
      if (v[name] === undefined) miss(name, 'set where SAIL_CREDENTIALS is "service"');
    if (v.API_KEYS.length === 0 && v.TRUSTED_DOOR === 'no')
      miss(
        'API_KEYS',
        'set where SAIL_CREDENTIALS is "service", since the gateway then speaks for anyone who reaches it; or TRUSTED_DOOR must be "yes", where only those who may ask can reach it',
      );
  });

/** What they are once read. */
export type Variables = z.output<typeof variables>;

/** Of a sandbox that runs alone, where it listens. */
export const addressVariables = z.object({
  PORT: port.default(4010),
  HOST: host.default('127.0.0.1'),
  LOG_LEVEL: logLevel.default('info'),
  ALLOW_UNKNOWN_SETTINGS: onOff.optional(),
});

/** Settings that Node or a library reads off the process, and nothing here. */
const elsewhere = ['NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/** The names of all settings, which those of other variables may resemble. */
export const settingNames: readonly string[] = [
  ...Object.keys(variables.shape),
  ...switchVariables,
  ...elsewhere,
];
