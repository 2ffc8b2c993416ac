import { describe, expect, test } from '@jest/globals';
import { readConfig, readSandboxAddress, type Config, type Environment } from '../../src/config.js';
import { apiVersionNames } from '../../src/upstream/api-version.js';

function configOf(environment: Environment): Config {
  const reading = readConfig(environment);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.value;
}

function problemsOf(environment: Environment): readonly string[] {
  const reading = readConfig(environment);
  return 'problems' in reading ? reading.problems : [];
}

function warningsOf(environment: Environment): readonly string[] {
  const reading = readConfig(environment);
  if ('problems' in reading) throw new Error(reading.problems.join('\n'));
  return reading.warnings;
}

/** Settings that are a number from 1 on. */
const amounts = [
  'FIELD_LIMIT',
  'LOOKUP_LIMIT',
  'DEPTH_LIMIT',
  'TOKEN_LIMIT',
  'DIRECTIVE_LIMIT',
  'VALUE_LIMIT',
  'ENTITY_LIMIT',
  'ERROR_LIMIT',
  'BODY_LIMIT',
  'CONNECTION_LIMIT',
  'STREAM_LIMIT',
  'STREAM_LIMIT_PER_PRINCIPAL',
  'REQUEST_TIMEOUT',
  'LAG_LIMIT',
  'STOP_TIMEOUT',
];

const names = [
  'PORT',
  'HOST',
  'SAIL_BASE_URL',
  'SAIL_API_VERSION',
  'SAIL_CREDENTIALS',
  'SAIL_ANONYMOUS',
  'SAIL_CLIENT_ID',
  'SAIL_CLIENT_SECRET',
  'API_KEYS',
  'ALLOW_UNAUTHENTICATED',
  'SAIL_RATE_LIMIT',
  'UPSTREAM_CONCURRENCY',
  'OPERATION_DEADLINE',
  'CORS_ORIGINS',
  'BATCH_LIMIT',
  ...amounts,
  'CLIENT_RATE_LIMIT',
  'PERSISTED_OPERATIONS',
  'PERSISTED_OPERATIONS_MODE',
  'ROUTER_KEY',
  'HOOK_TOKEN',
  'LOG_LEVEL',
  'NODE_ENV',
  'GRAPHIQL',
  'INTROSPECTION',
  'FAST_PATH',
  'ALLOW_UNKNOWN_SETTINGS',
];

const limits: Config['limits'] = {
  fields: 100,
  lookups: 250,
  depth: 20,
  tokens: 15_000,
  directives: 50,
  values: 2_000_000,
  entities: 250,
  errors: 10,
  body: 1_048_576,
};

/** Of a gateway in front of a tenant. */
const strict: Config['credentials'] = { mode: 'passthrough', anonymous: false };
const key = '0123456789abcdef';
const production = { NODE_ENV: 'production', SAIL_BASE_URL: 'sandbox' };

const defaults: Config = {
  host: '127.0.0.1',
  port: 4000,
  upstreamOrigin: undefined,
  proxy: undefined,
  apiVersion: 'beta',
  credentials: { mode: 'passthrough', anonymous: true },
  apiKeys: [],
  rateLimit: { calls: 100, windowMs: 10_000 },
  upstreamConcurrency: 50,
  operationDeadlineMs: 15_000,
  corsOrigins: [],
  batchLimit: 0,
  limits,
  clientRateLimit: undefined,
  connectionLimit: 12_500,
  streamLimit: 10_000,
  streamLimitPerPrincipal: 1_000,
  hookToken: undefined,
  requestTimeoutMs: 10_000,
  lagLimitMs: 1_000,
  stopTimeoutMs: 20_000,
  persistedOperations: undefined,
  routerKey: undefined,
  logLevel: 'info',
  production: false,
  graphiql: true,
  introspection: true,
  fastPath: true,
};

describe('settings', () => {
  test('have defaults', () => {
    expect(configOf({})).toEqual(defaults);
  });

  test.each(['', ' ', '\t'])('that are %j are treated as not set', (blank) => {
    expect(configOf(Object.fromEntries(names.map((name) => [name, blank])))).toEqual(defaults);
  });

  test('that others use are ignored', () => {
    expect(configOf({ PATH: '/bin', SAIL_CLIENT_SECRET: 'x', port: '1' })).toEqual(defaults);
  });

  test('can’t be changed once they are read', () => {
    expect(Object.isFrozen(configOf({}))).toBe(true);
  });

  test.each<[string, string, Partial<Config>]>([
    ['PORT', '0', { port: 0 }],
    ['PORT', '65535', { port: 65_535 }],
    ['PORT', '8080', { port: 8_080 }],
    ['HOST', '0.0.0.0', { host: '0.0.0.0' }],
    ['HOST', '::', { host: '::' }],
    ['HOST', 'gateway.example-1.com', { host: 'gateway.example-1.com' }],
    [
      'SAIL_BASE_URL',
      'https://t.api.identitynow.com',
      { upstreamOrigin: 'https://t.api.identitynow.com', credentials: strict },
    ],
    [
      'SAIL_BASE_URL',
      'https://t.api.identitynow.com/',
      { upstreamOrigin: 'https://t.api.identitynow.com', credentials: strict },
    ],
    [
      'SAIL_BASE_URL',
      'http://127.0.0.1:4010',
      { upstreamOrigin: 'http://127.0.0.1:4010', credentials: strict },
    ],
    [
      'SAIL_BASE_URL',
      'HTTPS://T.Example.com:443',
      { upstreamOrigin: 'https://t.example.com', credentials: strict },
    ],
    ['SAIL_BASE_URL', 'sandbox', {}],
    ['SAIL_BASE_URL', ' sandbox\n', {}],
    [
      'SAIL_BASE_URL',
      'https://t.api.identitynow-demo.com',
      { upstreamOrigin: 'https://t.api.identitynow-demo.com', credentials: strict },
    ],
    [
      'SAIL_BASE_URL',
      'https://t.api.cloud.sailpoint.com',
      { upstreamOrigin: 'https://t.api.cloud.sailpoint.com', credentials: strict },
    ],
    [
      'SAIL_BASE_URL',
      'http://notidentitynow.com',
      { upstreamOrigin: 'http://notidentitynow.com', credentials: strict },
    ],
    ['SAIL_CREDENTIALS', 'passthrough', {}],
    ['SAIL_ANONYMOUS', 'off', { credentials: strict }],
    ['SAIL_CLIENT_ID', 'an-id', {}],
    ['SAIL_CLIENT_SECRET', 'a-secret', {}],
    ['API_KEYS', `${key}, ${key}0`, { apiKeys: [key, `${key}0`] }],
    ['ALLOW_UNAUTHENTICATED', 'on', {}],
    ['SAIL_RATE_LIMIT', 'off', { rateLimit: undefined }],
    ['SAIL_RATE_LIMIT', '50/5s', { rateLimit: { calls: 50, windowMs: 5_000 } }],
    ['SAIL_RATE_LIMIT', '1/1s', { rateLimit: { calls: 1, windowMs: 1_000 } }],
    ['UPSTREAM_CONCURRENCY', '1', { upstreamConcurrency: 1 }],
    ['UPSTREAM_CONCURRENCY', '9999', { upstreamConcurrency: 9_999 }],
    ['OPERATION_DEADLINE', '20s', { operationDeadlineMs: 20_000, stopTimeoutMs: 25_000 }],
    ['OPERATION_DEADLINE', '2147483s', { operationDeadlineMs: 2_147_483_000, stopTimeoutMs: 2_147_483_647 }],
    ['OPERATION_DEADLINE', '500ms', { operationDeadlineMs: 500, stopTimeoutMs: 5_500 }],
    ['OPERATION_DEADLINE', '99999s', { operationDeadlineMs: 99_999_000, stopTimeoutMs: 100_004_000 }],
    ['CORS_ORIGINS', 'https://app.example.com', { corsOrigins: ['https://app.example.com'] }],
    [
      'CORS_ORIGINS',
      'http://a:3000/, HTTPS://B.example',
      { corsOrigins: ['http://a:3000', 'https://b.example'] },
    ],
    ['BATCH_LIMIT', '10', { batchLimit: 10 }],
    ['FIELD_LIMIT', '1', { limits: { ...limits, fields: 1 } }],
    ['LOOKUP_LIMIT', '500', { limits: { ...limits, lookups: 500 } }],
    ['DEPTH_LIMIT', '9', { limits: { ...limits, depth: 9 } }],
    ['TOKEN_LIMIT', '2000', { limits: { ...limits, tokens: 2_000 } }],
    ['DIRECTIVE_LIMIT', '3', { limits: { ...limits, directives: 3 } }],
    ['VALUE_LIMIT', '999999999', { limits: { ...limits, values: 999_999_999 } }],
    ['ENTITY_LIMIT', '1000', { limits: { ...limits, entities: 1_000 } }],
    ['ERROR_LIMIT', '1', { limits: { ...limits, errors: 1 } }],
    ['BODY_LIMIT', '65536', { limits: { ...limits, body: 65_536 } }],
    ['CLIENT_RATE_LIMIT', 'off', {}],
    ['CLIENT_RATE_LIMIT', '20/1s', { clientRateLimit: { calls: 20, windowMs: 1_000 } }],
    ['CONNECTION_LIMIT', '500', { connectionLimit: 500, streamLimit: 400 }],
    ['STREAM_LIMIT', '500', { streamLimit: 500 }],
    ['STREAM_LIMIT_PER_PRINCIPAL', '5', { streamLimitPerPrincipal: 5 }],
    ['HOOK_TOKEN', key, { hookToken: key }],
    ['REQUEST_TIMEOUT', '1s', { requestTimeoutMs: 1_000 }],
    ['LAG_LIMIT', '200ms', { lagLimitMs: 200 }],
    ['STOP_TIMEOUT', '30s', { stopTimeoutMs: 30_000 }],
    ['STOP_TIMEOUT', '10m', { stopTimeoutMs: 600_000 }],
    ['STOP_TIMEOUT', '24h', { stopTimeoutMs: 86_400_000 }],
    ['STOP_TIMEOUT', '2147483s', { stopTimeoutMs: 2_147_483_000 }],
    ['PORT', ' 80\r\n', { port: 80 }],
    ['PERSISTED_OPERATIONS_MODE', 'report', {}],
    ['ROUTER_KEY', '0123456789abcdef', { routerKey: '0123456789abcdef' }],
    ['NODE_ENV', 'test', { production: false }],
    ['NODE_ENV', 'development', { production: false }],
    ['ALLOW_UNKNOWN_SETTINGS', 'on', {}],
    ['GRAPHIQL', 'on', {}],
    ['GRAPHIQL', 'off', { graphiql: false, introspection: false }],
    ['INTROSPECTION', 'on', {}],
    ['INTROSPECTION', 'off', { introspection: false }],
    ['FAST_PATH', 'on', {}],
    ['FAST_PATH', 'off', { fastPath: false }],
  ])('of %s=%s are read as meant', (name, text, expected) => {
    expect(configOf({ [name]: text })).toEqual({ ...defaults, ...expected });
  });

  test.each<[Environment, Partial<Config>]>([
    [production, { production: true, graphiql: false, introspection: false }],
    [{ ...production, GRAPHIQL: 'on' }, { production: true }],
    [
      { ...production, INTROSPECTION: 'on' },
      { production: true, graphiql: false },
    ],
    [{ GRAPHIQL: 'off', INTROSPECTION: 'on' }, { graphiql: false }],
    [{ SAIL_BASE_URL: 'http://127.0.0.1:1', SAIL_ANONYMOUS: 'on' }, { upstreamOrigin: 'http://127.0.0.1:1' }],
  ])('of %j let the more particular one win', (environment, expected) => {
    expect(configOf(environment)).toEqual({ ...defaults, ...expected });
  });

  test.each([
    ['https://acme.identitynow.com', 'https://acme.api.identitynow.com'],
    ['https://acme.identitynow.com/ui/d/mysailpoint', 'https://acme.api.identitynow.com'],
    ['http://acme.identitynow.com', 'https://acme.api.identitynow.com'],
    ['https://acme.identitynow-demo.com', 'https://acme.api.identitynow-demo.com'],
    ['https://acme.login.sailpoint.com', 'https://acme.api.identitynow.com'],
    ['https://acme.saas.sailpointfedramp.com', 'https://acme.api.saas.sailpointfedramp.com'],
    ['https://developer.sailpoint.com', 'https://tenant.api.identitynow.com'],
    ['http://acme.api.identitynow.com', 'https'],
  ])('of %s name what SAIL_BASE_URL should be', (text, right) => {
    expect(problemsOf({ SAIL_BASE_URL: text })).toEqual([
      expect.stringMatching(new RegExp(`^SAIL_BASE_URL must be .*${right}\\b`)),
    ]);
  });

  test('of production make data up only where that is asked for', () => {
    expect(problemsOf({ NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^SAIL_BASE_URL must be .*SAIL_BASE_URL=sandbox/),
    ]);
    expect(configOf(production).upstreamOrigin).toBeUndefined();
  });

  test.each<[string, Environment, string[]]>([
    ['none where nothing is set', {}, []],
    [
      'a client without service credentials',
      { SAIL_CLIENT_ID: 'a', SAIL_CLIENT_SECRET: 'b' },
      ['SAIL_CLIENT_ID', 'SAIL_CLIENT_SECRET'],
    ],
    ['a mode without a list', { PERSISTED_OPERATIONS_MODE: 'report' }, ['PERSISTED_OPERATIONS_MODE']],
    ['ALLOW_UNAUTHENTICATED=on in passthrough', { ALLOW_UNAUTHENTICATED: 'on' }, ['ALLOW_UNAUTHENTICATED']],
    ['not ALLOW_UNAUTHENTICATED=off', { ALLOW_UNAUTHENTICATED: 'off' }, []],
    ['not SANDBOX_SEED by default', { SANDBOX_SEED: '2' }, []],
    ['not SANDBOX_SEED before the sandbox', { SANDBOX_SEED: '2', SAIL_BASE_URL: 'sandbox' }, []],
    [
      'SANDBOX_SEED before another upstream',
      { SANDBOX_SEED: '2', SAIL_BASE_URL: 'http://127.0.0.1:1' },
      ['SANDBOX_SEED'],
    ],
    ['STOP_TIMEOUT below the deadline', { STOP_TIMEOUT: '5s' }, ['STOP_TIMEOUT']],
    ['not STOP_TIMEOUT as long as the deadline', { STOP_TIMEOUT: '15s' }, []],
    ['API_KEYS in quotes', { API_KEYS: `"${key}"` }, ['API_KEYS']],
    ['ROUTER_KEY in quotes', { ROUTER_KEY: `'${key}'` }, ['ROUTER_KEY']],
    ['HOOK_TOKEN in quotes', { HOOK_TOKEN: `'${key}'` }, ['HOOK_TOKEN']],
    ['streams that leave no connection', { STREAM_LIMIT: '11000' }, ['STREAM_LIMIT']],
    [
      'three at once',
      {
        SAIL_CREDENTIALS: 'service',
        SAIL_CLIENT_ID: 'a',
        SAIL_CLIENT_SECRET: '"b"',
        SAIL_ANONYMOUS: 'on',
        API_KEYS: key,
        ALLOW_UNAUTHENTICATED: 'on',
      },
      ['SAIL_CLIENT_SECRET', 'SAIL_ANONYMOUS', 'ALLOW_UNAUTHENTICATED'],
    ],
  ])('that do nothing, or not what they seem to, are told: %s', (_, environment, expected) => {
    const warnings = warningsOf(environment);
    expect(warnings.map((warning) => warning.split(' ')[0]).sort()).toEqual(expected.sort());
    expect(warnings.join()).not.toContain(key);
  });

  describe('of a gateway that calls as itself', () => {
    const client = { SAIL_CLIENT_ID: 'id', SAIL_CLIENT_SECRET: 'hunter2' };
    const service = { SAIL_CREDENTIALS: 'service', ...client };
    const credentials = { mode: 'service', clientId: 'id', clientSecret: 'hunter2' } as const;

    test('are its client, and keys or ALLOW_UNAUTHENTICATED', () => {
      expect(configOf({ ...service, API_KEYS: key })).toEqual({ ...defaults, credentials, apiKeys: [key] });
      expect(configOf({ ...service, ALLOW_UNAUTHENTICATED: 'on' })).toEqual({ ...defaults, credentials });
    });

    test('never come of a client alone', () => {
      expect(configOf(client)).toEqual(defaults);
    });

    test('are refused without keys and ALLOW_UNAUTHENTICATED, or without a client', () => {
      for (const environment of [service, { ...service, ALLOW_UNAUTHENTICATED: 'off' }]) {
        expect(problemsOf(environment)).toEqual([
          expect.stringMatching(/^API_KEYS must be .*ALLOW_UNAUTHENTICATED/),
        ]);
        expect(problemsOf(environment).join()).not.toContain('hunter2');
      }
      expect(problemsOf({ SAIL_CREDENTIALS: 'service' }).map((problem) => problem.split(' ')[0])).toEqual([
        'SAIL_CLIENT_ID',
        'SAIL_CLIENT_SECRET',
        'API_KEYS',
      ]);
    });
  });

  test.each(apiVersionNames)('take the API version %s', (apiVersion) => {
    expect(configOf({ SAIL_API_VERSION: apiVersion })).toEqual({ ...defaults, apiVersion });
  });

  test.each(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])(
    'take the log level %s',
    (logLevel) => {
      expect(configOf({ LOG_LEVEL: logLevel })).toEqual({ ...defaults, logLevel });
    },
  );

  test.each([
    ['PORT', ['-1', '65536', '4000.5', '4e3', '0x10', 'http', '40 00', '100000', 'NaN']],
    ['HOST', ['http://x', 'a b', 'a/b', 'x;y', '*']],
    [
      'SAIL_BASE_URL',
      [
        'tenant.api.identitynow.com',
        'localhost:4010',
        'https://',
        'https://t.example.com/beta',
        'https://t.example.com/?a=b',
        'https://t.example.com/#a',
        'https://user:hunter2@t.example.com',
        'ftp://t.example.com',
        'file:///etc',
        'javascript:alert(1)',
        'a b',
        'SANDBOX',
        'https://acme.identitynow.com',
        'https://acme.identitynow.com/ui/d/mysailpoint',
        'https://ACME.identitynow-demo.com.',
        'https://acme.login.sailpoint.com',
        'https://api.identitynow.com',
        'https://identitynow.com',
        'http://acme.api.identitynow.com',
        'http://acme.identitynow.com',
        'https://acme.api.identitynow.com/beta',
      ],
    ],
    ['SAIL_CLIENT_ID', ['a\nb', 'a\u0000b', 'a\tb', 'a\u200bb', 'ä']],
    ['SAIL_CLIENT_SECRET', ['hunter2\r\nX-Evil: 1', 'hunter2\u007f2']],
    ['NODE_ENV', ['prod', 'Production', 'PRODUCTION', 'staging', 'production,test']],
    ['ALLOW_UNKNOWN_SETTINGS', ['yes', 'ON', '1']],
    ['REQUEST_TIMEOUT', ['2147484s', '999999999s', '597h', '10', '1.5s', '10 s', '0s', '0']],
    ['STOP_TIMEOUT', ['2147484s', '9999999999h']],
    ['SAIL_API_VERSION', ['v3', 'BETA', '2024', 'v2023', '__proto__', 'constructor']],
    [
      'SAIL_RATE_LIMIT',
      ['0', '100', '0/10s', '100/0s', '100/10', '-1/10s', '1.5/10s', 'none', 'OFF', '1/1m'],
    ],
    ['UPSTREAM_CONCURRENCY', ['0', '-1', '10000', '1.5', 'off']],
    ['OPERATION_DEADLINE', ['0s', '15', '1d', '1.5s', 'off', '2147484s', '-1s', '1M']],
    [
      'CORS_ORIGINS',
      [
        '*',
        'null',
        'app.example.com',
        'https://a.example/path',
        'https://a.example,',
        'https://*.a.example/x',
      ],
    ],
    ['BATCH_LIMIT', ['-1', '100', '1.5', 'on']],
    ...amounts.map((name): [string, string[]] => [name, ['0', '-1', '1.5', '1e3', 'off', '1000000000']]),
    ['SAIL_CREDENTIALS', ['Service', 'token', 'on', '__proto__']],
    ['SAIL_ANONYMOUS', ['yes', 'true', 'ALLOW']],
    [
      'API_KEYS',
      ['short', `${key},`, `${key},short`, 'with a space in between', 'hunter2', `${key}\n${key}`],
    ],
    ['ALLOW_UNAUTHENTICATED', ['yes', 'true', 'ON']],
    ['CLIENT_RATE_LIMIT', ['0', '100', '0/10s', 'on']],
    ['PERSISTED_OPERATIONS', ['nowhere.json', 'schema', 'README.md', 'tsconfig.json']],
    ['PERSISTED_OPERATIONS_MODE', ['off', 'ENFORCE']],
    ['ROUTER_KEY', ['short', 'with a space in between', `${key}\u0000`]],
    ['HOOK_TOKEN', ['short', 'with a space in between', `${key}\u0000`]],
    ['LOG_LEVEL', ['verbose', 'INFO', '30', 'toString']],
    ['GRAPHIQL', ['true', 'ON', '1', 'yes']],
    ['INTROSPECTION', ['false', 'OFF', '0', 'no']],
    ['FAST_PATH', ['false', 'OFF', '0', 'no']],
  ])('of a bad %s are refused by name, with what would be right', (name, texts) => {
    for (const text of texts) {
      const problems = problemsOf({ [name]: text });
      expect([text, problems]).toEqual([
        text,
        [expect.stringMatching(new RegExp(`^${name} must be \\S.{8,}`))],
      ]);
      expect(problems[0]).not.toContain('hunter2');
    }
  });

  test('that are bad are reported all at once, one line each', () => {
    const bad = Object.fromEntries(names.map((name) => [name, '\u0007']));
    const problems = problemsOf(bad);
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual([...names].sort());
    expect(problems.join('')).not.toContain('\n');
  });
});

describe('where a sandbox listens', () => {
  test('is 127.0.0.1:4010, unless it is told otherwise', () => {
    const address = { host: '127.0.0.1', port: 4_010, logLevel: 'info' };
    expect(readSandboxAddress({})).toEqual({ value: address, warnings: [] });
    expect(readSandboxAddress({ PORT: '', HOST: '', LOG_LEVEL: '' })).toEqual({
      value: address,
      warnings: [],
    });
    expect(readSandboxAddress({ PORT: '0', HOST: '::1', LOG_LEVEL: 'silent' })).toEqual({
      value: { host: '::1', port: 0, logLevel: 'silent' },
      warnings: [],
    });
  });

  test('does not hang on the gateway’s settings', () => {
    expect(readSandboxAddress({ SAIL_BASE_URL: '?', SAIL_API_VERSION: '?' })).toHaveProperty('value');
  });

  test('is refused by name for every bad variable', () => {
    expect(readSandboxAddress({ PORT: '?', HOST: '?', LOG_LEVEL: '?' })).toEqual({
      problems: ['PORT', 'HOST', 'LOG_LEVEL'].map(
        (name) => expect.stringMatching(new RegExp(`^${name} must be `)) as unknown,
      ),
      warnings: [],
    });
  });
});
