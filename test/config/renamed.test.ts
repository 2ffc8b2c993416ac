import { describe, expect, test } from '@jest/globals';
import { readConfig } from '../../src/config.js';

const service = {
  SAIL_CREDENTIALS: 'service',
  SAIL_CLIENT_ID: 'id',
  SAIL_CLIENT_SECRET: 'secret',
  SAIL_BASE_URL: 'https://acme.api.identitynow.com',
};

describe('an old name or value of a setting', () => {
  test.each([
    ['REQUEST_SECONDS', '20', 'REQUEST_TIMEOUT=20s', {}, { requestTimeoutMs: 20_000 }],
    ['STOP_SECONDS', '8', 'STOP_TIMEOUT=8s', { OPERATION_DEADLINE: '5s' }, { stopTimeoutMs: 8_000 }],
    ['LAG_LIMIT_MS', '250', 'LAG_LIMIT=250ms', {}, { lagLimitMs: 250 }],
    ['TRUSTED_DOOR', 'yes', 'ALLOW_UNAUTHENTICATED=on', service, { apiKeys: [] }],
    ['SAIL_ANONYMOUS', 'allow', 'SAIL_ANONYMOUS=on', {}, { credentials: { anonymous: true } }],
    ['SAIL_ANONYMOUS', 'refuse', 'SAIL_ANONYMOUS=off', {}, { credentials: { anonymous: false } }],
  ])('%s=%s is read as %s, with a warning that says so', (old, value, line, environment, config) => {
    for (const production of [{}, { NODE_ENV: 'production', SAIL_BASE_URL: service.SAIL_BASE_URL }])
      expect(readConfig({ ...environment, ...production, [old]: value })).toMatchObject({
        value: config,
        warnings: [`${old}=${value} is deprecated: write ${line}`],
      });
  });

  test.each([
    ['REQUEST_SECONDS', 'REQUEST_TIMEOUT', '10', '10s'],
    ['STOP_SECONDS', 'STOP_TIMEOUT', '8', '8s'],
    ['LAG_LIMIT_MS', 'LAG_LIMIT', '1000', '1s'],
    ['TRUSTED_DOOR', 'ALLOW_UNAUTHENTICATED', 'no', 'off'],
  ])('%s is refused beside its new name %s', (old, name, value, current) => {
    expect(readConfig({ [old]: value, [name]: current })).toMatchObject({
      problems: [`${old} must be left out: it is the old name of ${name}, which is set`],
    });
  });

  test.each([
    ['STOP_SECONDS', '8s'],
    ['LAG_LIMIT_MS', '1s'],
    ['TRUSTED_DOOR', 'constructor'],
  ])('%s with the value %s, which it never had, is refused', (old, value) => {
    expect(readConfig({ [old]: value })).toMatchObject({
      problems: [expect.stringMatching(new RegExp(`^${old} must be written as `))],
    });
  });
});
