import { describe, expect, test } from '@jest/globals';
import { toGraphQLError } from '../../src/translation/upstream-error.translator.js';
import { UpstreamError, type UpstreamErrorDetails } from '../../src/upstream/upstream-error.js';

const translate = (details: UpstreamErrorDetails): ReturnType<ReturnType<typeof toGraphQLError>['toJSON']> =>
  toGraphQLError(new UpstreamError(details)).toJSON();

describe('a failed upstream call', () => {
  test.each<[number, string]>([
    [301, 'UPSTREAM_BAD_RESPONSE'],
    [302, 'UPSTREAM_BAD_RESPONSE'],
    [304, 'UPSTREAM_BAD_RESPONSE'],
    [400, 'BAD_USER_INPUT'],
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [405, 'UPSTREAM_BAD_RESPONSE'],
    [409, 'UPSTREAM_BAD_RESPONSE'],
    [410, 'UPSTREAM_BAD_RESPONSE'],
    [412, 'BAD_USER_INPUT'],
    [414, 'UPSTREAM_BAD_RESPONSE'],
    [415, 'UPSTREAM_BAD_RESPONSE'],
    [429, 'RATE_LIMITED'],
    [500, 'UPSTREAM_UNAVAILABLE'],
    [502, 'UPSTREAM_UNAVAILABLE'],
    [503, 'UPSTREAM_UNAVAILABLE'],
    [504, 'UPSTREAM_TIMEOUT'],
  ])('with status %i is %s and holds the upstream’s words', (status, code) => {
    const error = translate({ failure: 'status', status, text: 'the vendor’s own words' });
    expect(error.extensions?.['code']).toBe(code);
    expect(error.message).toContain('the vendor’s own words');
    expect(error.message).not.toMatch(/\.:|undefined|null/);
  });

  test.each<[UpstreamErrorDetails, string]>([
    [{ failure: 'timeout' }, 'UPSTREAM_TIMEOUT'],
    [{ failure: 'cancelled' }, 'UPSTREAM_TIMEOUT'],
    [{ failure: 'rate_limited', retryAfterSeconds: 7 }, 'RATE_LIMITED'],
    [{ failure: 'circuit_open' }, 'UPSTREAM_UNAVAILABLE'],
    [{ failure: 'queue_full' }, 'UPSTREAM_UNAVAILABLE'],
    [{ failure: 'connection', text: 'ECONNREFUSED' }, 'UPSTREAM_UNAVAILABLE'],
    [{ failure: 'connection' }, 'UPSTREAM_UNAVAILABLE'],
    [{ failure: 'bad_response' }, 'UPSTREAM_BAD_RESPONSE'],
    [{ failure: 'bad_response', status: 200, text: 'the body is not JSON' }, 'UPSTREAM_BAD_RESPONSE'],
    [{ failure: 'bad_response', status: 404 }, 'UPSTREAM_BAD_RESPONSE'],
  ])('%j is %s', (details, code) => {
    expect(translate(details).extensions?.['code']).toBe(code);
  });

  test('without words still says what happened, in a sentence', () => {
    for (const status of [302, 400, 401, 403, 404, 412, 418, 429, 500, 504]) {
      expect(translate({ failure: 'status', status }).message).toMatch(/^[A-Z].{15,}\.$/);
    }
    for (const failure of ['timeout', 'connection', 'bad_response'] as const) {
      expect(translate({ failure }).message).toMatch(/^[A-Z].{15,}\.$/);
    }
  });

  test('tells what support asks for, and nothing else', () => {
    const upstream = {
      status: 429,
      detailCode: '429.0',
      trackingId: 't'.repeat(32),
      requestId: 'r'.repeat(32),
      retryAfterSeconds: 0,
    };
    const details = { failure: 'status' as const, text: 'Rate Limit Exceeded', ...upstream, secret: 'x' };
    const error = translate(details);
    expect(error).toStrictEqual({
      message: expect.stringContaining('Rate Limit Exceeded') as unknown,
      extensions: { code: 'RATE_LIMITED', upstream },
    });
  });

  test('where no upstream answered has no upstream to tell of', () => {
    expect(translate({ failure: 'timeout' }).extensions).toStrictEqual({ code: 'UPSTREAM_TIMEOUT' });
  });

  test('that the gateway held back tells when to come back, and no status', () => {
    const { extensions } = translate({ failure: 'rate_limited', retryAfterSeconds: 7 });
    expect(JSON.parse(JSON.stringify(extensions?.['upstream']))).toEqual({ retryAfterSeconds: 7 });
  });

  test('leaves out what is not known', () => {
    const json: unknown = JSON.parse(JSON.stringify(translate({ failure: 'status', status: 500 })));
    expect(json).toMatchObject({ extensions: { upstream: { status: 500 } } });
    expect(Object.keys((json as { extensions: { upstream: object } }).extensions.upstream)).toEqual([
      'status',
    ]);
  });
});
