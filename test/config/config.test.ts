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

const names = [
  'PORT',
  'HOST',
  'SAIL_BASE_URL',
  'SAIL_API_VERSION',
  'SAIL_RATE_LIMIT',
  'UPSTREAM_CONCURRENCY',
  'OPERATION_DEADLINE',
  'CORS_ORIGINS',
  'BATCH_LIMIT',
  'PERSISTED_OPERATIONS',
  'PERSISTED_OPERATIONS_MODE',
  'ROUTER_KEY',
  'LOG_LEVEL',
  'NODE_ENV',
  'GRAPHIQL',
  'INTROSPECTION',
];

const defaults: Config = {
  host: '127.0.0.1',
  port: 4000,
  upstreamOrigin: undefined,
  apiVersion: 'beta',
  rateLimit: { calls: 100, windowMs: 10_000 },
  upstreamConcurrency: 50,
  operationDeadlineMs: 15_000,
  corsOrigins: [],
  batchLimit: 0,
  persistedOperations: undefined,
  routerKey: undefined,
  logLevel: 'info',
  production: false,
  graphiql: true,
  introspection: true,
};

describe('settings', () => {
  test('have defaults', () => {
    expect(configOf({})).toEqual(defaults);
  });

  test.each(['', ' ', '\t'])('that are %j are as good as not set', (blank) => {
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
    ['SAIL_BASE_URL', 'https://t.api.identitynow.com', { upstreamOrigin: 'https://t.api.identitynow.com' }],
    ['SAIL_BASE_URL', 'https://t.api.identitynow.com/', { upstreamOrigin: 'https://t.api.identitynow.com' }],
    ['SAIL_BASE_URL', 'http://127.0.0.1:4010', { upstreamOrigin: 'http://127.0.0.1:4010' }],
    ['SAIL_BASE_URL', 'HTTPS://T.Example.com:443', { upstreamOrigin: 'https://t.example.com' }],
    ['SAIL_RATE_LIMIT', 'off', { rateLimit: undefined }],
    ['SAIL_RATE_LIMIT', '50/5s', { rateLimit: { calls: 50, windowMs: 5_000 } }],
    ['SAIL_RATE_LIMIT', '1/1s', { rateLimit: { calls: 1, windowMs: 1_000 } }],
    ['UPSTREAM_CONCURRENCY', '1', { upstreamConcurrency: 1 }],
    ['UPSTREAM_CONCURRENCY', '9999', { upstreamConcurrency: 9_999 }],
    ['OPERATION_DEADLINE', '20s', { operationDeadlineMs: 20_000 }],
    ['OPERATION_DEADLINE', '500ms', { operationDeadlineMs: 500 }],
    ['CORS_ORIGINS', 'https://app.example.com', { corsOrigins: ['https://app.example.com'] }],
    [
      'CORS_ORIGINS',
      'http://a:3000/, HTTPS://B.example',
      { corsOrigins: ['http://a:3000', 'https://b.example'] },
    ],
    ['BATCH_LIMIT', '10', { batchLimit: 10 }],
    ['PERSISTED_OPERATIONS_MODE', 'report', {}],
    ['ROUTER_KEY', '0123456789abcdef', { routerKey: '0123456789abcdef' }],
    ['NODE_ENV', 'production', { production: true, graphiql: false, introspection: false }],
    ['NODE_ENV', 'test', { production: false }],
    ['GRAPHIQL', 'on', {}],
    ['GRAPHIQL', 'off', { graphiql: false, introspection: false }],
    ['INTROSPECTION', 'on', {}],
    ['INTROSPECTION', 'off', { introspection: false }],
  ])('of %s=%s are %j', (name, text, expected) => {
    expect(configOf({ [name]: text })).toEqual({ ...defaults, ...expected });
  });

  test.each<[Environment, Partial<Config>]>([
    [{ NODE_ENV: 'production', GRAPHIQL: 'on' }, { production: true }],
    [
      { NODE_ENV: 'production', INTROSPECTION: 'on' },
      { production: true, graphiql: false },
    ],
    [{ GRAPHIQL: 'off', INTROSPECTION: 'on' }, { graphiql: false }],
  ])('of %j let the more particular one win', (environment, expected) => {
    expect(configOf(environment)).toEqual({ ...defaults, ...expected });
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
    ['PORT', ['-1', '65536', '4000.5', '4e3', '0x10', 'http', '4000 ', '100000', 'NaN']],
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
      ],
    ],
    ['SAIL_API_VERSION', ['v3', 'BETA', '2024', 'v2023', '__proto__', 'constructor']],
    [
      'SAIL_RATE_LIMIT',
      ['0', '100', '0/10s', '100/0s', '100/10', '-1/10s', '1.5/10s', 'none', 'OFF', '1/1m'],
    ],
    ['UPSTREAM_CONCURRENCY', ['0', '-1', '10000', '1.5', 'off']],
    ['OPERATION_DEADLINE', ['0s', '15', '1m', '1.5s', 'off', '100000s', '-1s']],
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
    ['PERSISTED_OPERATIONS', ['nowhere.json', 'schema', 'README.md', 'tsconfig.json']],
    ['PERSISTED_OPERATIONS_MODE', ['off', 'ENFORCE']],
    ['ROUTER_KEY', ['short', 'with a space in between']],
    ['LOG_LEVEL', ['verbose', 'INFO', '30', 'toString']],
    ['GRAPHIQL', ['true', 'ON', '1', 'yes']],
    ['INTROSPECTION', ['false', 'OFF', '0', 'no']],
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
    const strict = names.filter((name) => name !== 'NODE_ENV');
    const bad = Object.fromEntries(strict.map((name) => [name, '?']));
    const problems = problemsOf({ ...bad, NODE_ENV: 'production' });
    expect(problems.map((problem) => problem.split(' ')[0]).sort()).toEqual(strict.sort());
    expect(problems.join('')).not.toContain('\n');
  });
});

describe('where a sandbox listens', () => {
  test('is 127.0.0.1:4010, unless it is told otherwise', () => {
    const address = { host: '127.0.0.1', port: 4_010, logLevel: 'info' };
    expect(readSandboxAddress({})).toEqual({ value: address });
    expect(readSandboxAddress({ PORT: '', HOST: '', LOG_LEVEL: '' })).toEqual({ value: address });
    expect(readSandboxAddress({ PORT: '0', HOST: '::1', LOG_LEVEL: 'silent' })).toEqual({
      value: { host: '::1', port: 0, logLevel: 'silent' },
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
    });
  });
});
