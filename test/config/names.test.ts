import { describe, expect, test } from '@jest/globals';
import { readConfig, readSandboxAddress } from '../../src/config.js';

const production = { NODE_ENV: 'production', SAIL_BASE_URL: 'http://127.0.0.1:1' };

/** Variables that guard nothing: what is odd about one is told, and that is all. */
const harmless = [
  ['port', 'PORT'],
  ['P_O_R_T', 'PORT'],
  ['GRAPHQL', 'GRAPHIQL'],
  ['LOGLEVEL', 'LOG_LEVEL'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['cors-origins', 'CORS_ORIGINS'],
  ['OPERATION_DEADLNE', 'OPERATION_DEADLINE'],
  ['UPSTREAM_CONCURENCY', 'UPSTREAM_CONCURRENCY'],
  ['STOP_TIMEOT', 'STOP_TIMEOUT'],
  ['BATCHLIMIT', 'BATCH_LIMIT'],
  ['sandbox_seed', 'SANDBOX_SEED'],
  ['NO_PROXI', 'NO_PROXY'],
  ['HTTPSPROXY', 'HTTPS_PROXY'],
  ['STOP_SECOND', 'STOP_TIMEOUT'],
  ['lag_limit_ms', 'LAG_LIMIT'],
  ['NODE_EXTRA_CA_CERT', 'NODE_EXTRA_CA_CERTS'],
  ['ALLOW_UNKNOWN_SETTING', 'ALLOW_UNKNOWN_SETTINGS'],
] as const;

/** Slips that would leave a guard off, or have another upstream asked. */
const dangerous = [
  ['SAIL_BASEURL', 'SAIL_BASE_URL'],
  ['sail_base_url', 'SAIL_BASE_URL'],
  ['SAIL-BASE-URL', 'SAIL_BASE_URL'],
  ['Sail_Base_Url', 'SAIL_BASE_URL'],
  ['SIAL_BASE_URL', 'SAIL_BASE_URL'],
  ['SAIL_API_VERSON', 'SAIL_API_VERSION'],
  ['SAIL_APIVERSION', 'SAIL_API_VERSION'],
  ['SAIL_CREDENTIAL', 'SAIL_CREDENTIALS'],
  ['SAIL_CLIENTSECRET', 'SAIL_CLIENT_SECRET'],
  ['SAIL_RATELIMIT', 'SAIL_RATE_LIMIT'],
  ['API_KEY', 'API_KEYS'],
  ['APIKEYS', 'API_KEYS'],
  ['api_keys', 'API_KEYS'],
  ['PERSISTED_OPERATION', 'PERSISTED_OPERATIONS'],
  ['PERSISTEDOPERATIONS', 'PERSISTED_OPERATIONS'],
  ['ROUTERKEY', 'ROUTER_KEY'],
  ['ROUTER_KEYS', 'ROUTER_KEY'],
  ['HOOKTOKEN', 'HOOK_TOKEN'],
  ['CLIENT_RATELIMIT', 'CLIENT_RATE_LIMIT'],
  ['INTROSPECTON', 'INTROSPECTION'],
] as const;

const told = (name: string, meant: string): string => `${name} is no setting: did you mean ${meant}?`;

describe('a variable whose name', () => {
  test.each(harmless)('is %s, for which %s may be meant, is told of', (name, meant) => {
    for (const environment of [{}, production])
      expect(readConfig({ ...environment, [name]: 'x' })).toMatchObject({
        value: {},
        warnings: [told(name, meant)],
      });
  });

  test.each(['PORTS', 'HOSTNAME'])('is %s, for which no setting may be meant, is not told of', (name) => {
    for (const environment of [{}, production])
      expect(readConfig({ ...environment, [name]: 'x' })).toMatchObject({ value: {}, warnings: [] });
  });

  test.each(dangerous)('is %s, meant as %s, ends the start in production alone', (name, meant) => {
    expect(readConfig({ [name]: 'hunter2' })).toMatchObject({ value: {}, warnings: [told(name, meant)] });
    const strict = readConfig({ ...production, [name]: 'hunter2' });
    expect(strict).toEqual({
      problems: [
        expect.stringMatching(new RegExp(`^${name} is no setting.*${meant}.*ALLOW_UNKNOWN_SETTINGS=on`)),
      ],
      warnings: [],
    });
    expect(readConfig({ ...production, [name]: 'hunter2', ALLOW_UNKNOWN_SETTINGS: 'on' })).toMatchObject({
      value: {},
      warnings: [told(name, meant)],
    });
  });

  test('is a slip in NODE_ENV may be why it is not production', () => {
    expect(readConfig({ NODEENV: 'production', API_KEY: 'x' })).toMatchObject({
      problems: [expect.stringContaining('NODE_ENV'), expect.stringContaining('API_KEYS')],
    });
    expect(readConfig({ NODEENV: 'test' })).toMatchObject({ warnings: [told('NODEENV', 'NODE_ENV')] });
  });

  test('begins as settings do is told of, however little it resembles any', () => {
    expect(readConfig({ ...production, SAIL_FOO: 'x', SAIL_TOKEN_URL: 'y' })).toMatchObject({
      value: {},
      warnings: ['SAIL_FOO is no setting', 'SAIL_TOKEN_URL is no setting'],
    });
  });

  test('is that of no switch of the sandbox ends the start, of the gateway and of the sandbox', () => {
    for (const read of [readConfig, readSandboxAddress]) {
      expect(read({ SANDBOX_ERORR_RATE: '1', SANDBOX_FOO: '1' })).toMatchObject({
        problems: [
          expect.stringContaining(told('SANDBOX_ERORR_RATE', 'SANDBOX_ERROR_RATE')),
          expect.stringContaining('SANDBOX_FOO is no setting'),
        ],
      });
      expect(read({ SANDBOX_FOO: '1', ALLOW_UNKNOWN_SETTINGS: 'on' })).toHaveProperty('value');
    }
  });

  test('is told of beside what is wrong', () => {
    expect(
      readConfig({ SAIL_CREDENTIALS: 'service', SAIL_CLIENTID: 'x', ALLOW_UNAUTHENTICATED: 'on' }),
    ).toMatchObject({
      problems: [
        expect.stringMatching(/^SAIL_CLIENT_ID must/),
        expect.stringMatching(/^SAIL_CLIENT_SECRET must/),
      ],
      warnings: [told('SAIL_CLIENTID', 'SAIL_CLIENT_ID')],
    });
  });

  test('is another program’s is none of ours', () => {
    const others = {
      PATH: '/bin',
      PWD: '/',
      HOME: '/root',
      HOSTNAME: 'a',
      USER: 'a',
      SHELL: '/bin/sh',
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      CI: 'true',
      GITHUB_BASE_REF: 'main',
      GITHUB_API_URL: 'https://api.github.com',
      NODE_OPTIONS: '--enable-source-maps',
      NODE_VERSION: '20.19.0',
      NODE_PATH: '/x',
      NODE_EXE: 'node.exe',
      NODE_EXTRA_CA_CERTS: '/ca.pem',
      YARN_VERSION: '1.22.22',
      npm_config_loglevel: 'notice',
      npm_config_noproxy: '',
      npm_config_node_gyp: '/x',
      npm_package_name: 'x',
      npm_lifecycle_event: 'start',
      HTTP_PROXY: 'http://proxy:3128',
      HTTPS_PROXY: 'http://proxy:3128',
      NO_PROXY: 'localhost',
      https_proxy: 'http://proxy:3128',
      no_proxy: 'localhost',
      ALL_PROXY: 'socks5://proxy',
      GOPROXY: 'https://proxy.golang.org',
      FTP_PROXY: 'http://proxy:3128',
      APP_KEY: 'x',
      GPG_KEYS: 'x',
      AWS_REGION: 'eu-central-1',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      KUBERNETES_PORT: 'tcp://10.0.0.1:443',
      GATEWAY_PORT: 'tcp://10.0.0.2:4000',
      SANDBOX_SERVICE_HOST: '10.0.0.3',
      SANDBOX_SERVICE_PORT: '4010',
      SANDBOX_SERVICE_PORT_HTTP: '4010',
      SANDBOX_PORT: 'tcp://10.0.0.3:4010',
      SANDBOX_PORT_4010_TCP: 'tcp://10.0.0.3:4010',
      SANDBOX_PORT_4010_TCP_ADDR: '10.0.0.3',
      SANDBOX_PORT_4010_TCP_PROTO: 'tcp',
      SAIL_SERVICE_HOST: '10.0.0.4',
      SAIL_API_PORT: 'tcp://10.0.0.4:80',
      OTEL_SERVICE_NAME: 'gateway',
      'odd name\n': 'x',
      SAIL_BASEURL: '',
    };
    expect(readConfig({ ...production, ...others })).toMatchObject({ value: {}, warnings: [] });
  });
});
