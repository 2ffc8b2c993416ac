import { z } from 'zod';
import { optional, setting } from './documented.js';
import { limitSettings } from './limit-settings.js';
import {
  clientCredential,
  duration,
  host,
  manifest,
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

const oneOf = (values: readonly string[]): string => `one of ${values.join(', ')}`;

export const logLevel = z.enum(levels, oneOf(levels));

/** A setting that is documented with another one. */
const undocumented = z.string().optional();

/** Every setting of the gateway: its name, kind of value, default, description and group. */
export const settings = {
  SAIL_BASE_URL: optional(
    'SailPoint',
    'none',
    upstream,
    'Origin of the API, without a path. Not the origin of SailPoint’s pages. Unset or `sandbox` asks the embedded sandbox, with made-up tasks. Required if `NODE_ENV` is `production`.',
    'https://tenant.api.identitynow.com',
  ),
  SAIL_API_VERSION: setting(
    'SailPoint',
    'beta',
    z.enum(apiVersions, oneOf(apiVersions)),
    'Version of the API: `beta`, `v2024`, `v2025`, `v2026` or `v1`.',
  ),
  SAIL_CREDENTIALS: setting(
    'SailPoint',
    'passthrough',
    z.enum(credentialModes, oneOf(credentialModes)),
    'Upstream credentials. `passthrough` sends the token of each client; `service` sends a token of the gateway’s own OAuth client.',
  ),
  SAIL_ANONYMOUS: optional(
    'SailPoint',
    '`off`; `on` with the embedded sandbox',
    onOff,
    'Whether requests without a token are sent to SailPoint.',
  ),
  SAIL_CLIENT_ID: optional(
    'SailPoint',
    'none',
    clientCredential,
    'Id of the OAuth client for `SAIL_CREDENTIALS=service`.',
  ),
  SAIL_CLIENT_SECRET: optional(
    'SailPoint',
    'none',
    clientCredential,
    'Secret of the OAuth client for `SAIL_CREDENTIALS=service`.',
  ),
  SAIL_RATE_LIMIT: setting(
    'SailPoint',
    '100/10s',
    rateLimit,
    'Calls that SailPoint allows an OAuth client in a window, or `off`. The gateway stays under it.',
  ),
  UPSTREAM_CONCURRENCY: setting(
    'SailPoint',
    '50',
    z
      .string()
      .regex(/^[1-9]\d{0,3}$/, 'a number of calls from 1 to 9999')
      .transform(Number),
    'Most calls in flight to SailPoint. Others wait.',
  ),
  OPERATION_DEADLINE: setting(
    'SailPoint',
    '15s',
    duration,
    'How long an operation may take, with all of its calls. One call may take two thirds of it.',
  ),
  HTTPS_PROXY: optional(
    'SailPoint',
    'none',
    z.string(),
    'URL of the forward proxy for https. `HTTP_PROXY` is for http; `NO_PROXY` lists hosts to reach without a proxy. Lower case works too, and wins.',
    'http://proxy.example.com:3128',
  ),
  https_proxy: undocumented,
  HTTP_PROXY: undocumented,
  http_proxy: undocumented,
  API_KEYS: optional(
    'Who may ask',
    'none',
    z
      .string()
      .transform((text) => text.split(',').map((key) => key.trim()))
      .pipe(z.array(secret)),
    'Accepted API keys, separated by commas, each of 16 or more characters. If empty, no key is required. Clients send one as `X-API-Key`.',
  ),
  ALLOW_UNAUTHENTICATED: setting(
    'Who may ask',
    'off',
    onOff,
    'Whether `SAIL_CREDENTIALS=service` starts without `API_KEYS`. Turn it on only if a proxy in front authenticates every client.',
  ),
  CORS_ORIGINS: optional(
    'Who may ask',
    'none',
    origins,
    'Origins of pages that may send requests, separated by commas.',
    'http://localhost:3000',
  ),
  CLIENT_RATE_LIMIT: optional(
    'Who may ask',
    '`off`',
    rateLimit,
    'Requests to `/graphql` that one address may send in a window, or `off`. With a proxy in front, all requests have its address: count them there.',
    '100/10s',
  ),
  HOOK_TOKEN: optional(
    'Who may ask',
    'none',
    secret,
    'Secret of 16 or more characters with which SailPoint’s event trigger calls `/hooks/account-aggregation-completed`, as a bearer token. If empty, there is no such route.',
  ),
  ...limitSettings,
  PERSISTED_OPERATIONS: optional(
    'Persisted operations and federation',
    'none',
    manifest,
    'Path of a manifest of allowed operations.',
    'persisted-operations.json',
  ),
  PERSISTED_OPERATIONS_MODE: setting(
    'Persisted operations and federation',
    'enforce',
    z.enum(listModes, oneOf(listModes)),
    '`enforce` refuses all other operations. `report` serves and logs them.',
  ),
  ROUTER_KEY: optional(
    'Persisted operations and federation',
    'none',
    secret,
    'Secret of a federation router, of 16 or more characters, sent as `X-Router-Key`. Such a router passes an enforced manifest and gets traces in production.',
  ),
  PORT: setting('Serving', '4000', port, 'Port to listen on. `0` takes any free port.'),
  HOST: setting('Serving', '127.0.0.1', host, 'Name or address to listen on.'),
  STOP_TIMEOUT: optional(
    'Serving',
    '`OPERATION_DEADLINE` plus 5 s',
    duration,
    'How long a stop may take before the process exits with 1.',
    '20s',
  ),
  LOG_LEVEL: setting(
    'Serving',
    'info',
    logLevel,
    '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`. The log is JSON lines on standard error.',
  ),
  FAST_PATH: setting(
    'Serving',
    'on',
    onOff,
    'Whether queries that were answered before skip Apollo Server’s pipeline.',
  ),
  NODE_ENV: optional(
    'Serving',
    'none',
    z.enum(environments, `${oneOf(environments)}, or not set`),
    '`production`, `development` or `test`. `production` turns GraphiQL and introspection off by default, requires `SAIL_BASE_URL`, and refuses near misses of guards’ names.',
    'production',
  ),
  ALLOW_UNKNOWN_SETTINGS: optional(
    'Serving',
    '`off`',
    onOff,
    'Whether the gateway starts although a variable’s name is a near miss of a guard’s, or an unknown `SANDBOX_…`.',
    'on',
  ),
  GRAPHIQL: optional(
    'Development',
    '`on`; `off` in production',
    onOff,
    'Whether browsers get GraphiQL at `/graphql`.',
    'off',
  ),
  INTROSPECTION: optional(
    'Development',
    'as `GRAPHIQL`',
    onOff,
    'Whether clients may ask for the schema, and composers for `_service`.',
    'on',
  ),
};
