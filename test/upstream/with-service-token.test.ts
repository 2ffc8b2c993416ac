import { describe, expect, test } from '@jest/globals';
import { afterRealTime } from '../../src/upstream/clock.js';
import { ServiceToken, withServiceToken } from '../../src/upstream/with-service-token.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';
import type { UpstreamClient, UpstreamRequest } from '../../src/upstream/transport.js';
import { as } from '../support/callers.js';

/**
 * Returns a service client in front of an upstream that answers token calls with `token()`, and others with their
 * `Authorization` header.
 */
function serviceOn(token: () => unknown): {
  readonly service: UpstreamClient;
  readonly clock: { now: number };
  readonly tokenCalls: () => number;
  readonly isRefused: () => boolean;
  readonly warnings: unknown[];
} {
  const clock = { now: 0 };
  const warnings: unknown[] = [];
  let tokenCalls = 0;
  const client: UpstreamClient = async ({ path, principal: { authorization } }) => {
    await Promise.resolve();
    if (path !== '/oauth/token') return { status: 200, body: authorization, totalCount: null };
    tokenCalls += 1;
    return { status: 200, body: token(), totalCount: null };
  };
  const serviceToken = new ServiceToken(
    { clientId: 'id', clientSecret: 'secret' },
    {
      now: () => clock.now,
      after: afterRealTime,
    },
    (...line) => warnings.push(line),
  );
  return {
    service: withServiceToken(client, serviceToken),
    isRefused: () => serviceToken.isRefused,
    warnings,
    clock,
    tokenCalls: () => tokenCalls,
  };
}

const request: UpstreamRequest = {
  method: 'GET',
  path: '/x',
  ...as('Bearer of-a-client'),
};

describe('a token', () => {
  test.each<[string, unknown]>([
    ['left out', undefined],
    ['null', null],
    ['a text', 'text'],
    ['a list', []],
    ['an object without it', {}],
    ['a number', { access_token: 1 }],
    ['empty', { access_token: '' }],
    ['two lines', { access_token: 'a\r\nb' }],
  ])('that is %s can’t be used', async (_, body) => {
    await expect(serviceOn(() => body).service(request)).rejects.toMatchObject({
      details: { failure: 'credentials', status: 200 },
    });
  });

  test.each([
    [{ failure: 'status', status: 400 }, 'credentials'],
    [{ failure: 'status', status: 401 }, 'credentials'],
    [{ failure: 'status', status: 404 }, 'credentials'],
    [{ failure: 'bad_response', status: 200 }, 'credentials'],
    [{ failure: 'oversized', status: 200 }, 'credentials'],
    [{ failure: 'foreign', status: 403 }, 'foreign'],
    [{ failure: 'status', status: 429 }, 'status'],
    [{ failure: 'status', status: 503 }, 'status'],
    [{ failure: 'connection' }, 'connection'],
  ] as const)('that can’t be had, by %j, is a failure by %s', async (details, failure) => {
    const { service } = serviceOn(() => {
      throw new UpstreamError(details);
    });
    await expect(service(request)).rejects.toMatchObject({ details: { ...details, failure } });
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a word', 'soon'],
    ['0', 0],
    ['-5', -5],
    ['no number', NaN],
    ['an object', { toString: 1 }],
    ['a list', [9]],
  ])('whose expires_in is %s is good for a minute', async (_, expires) => {
    const { service, clock, tokenCalls } = serviceOn(() => ({ access_token: 't', expires_in: expires }));
    await service(request);
    clock.now = 50_000;
    expect((await service(request)).body).toBe('Bearer t');
    expect(tokenCalls()).toBe(1);
    clock.now = 60_000;
    await service(request);
    expect(tokenCalls()).toBe(2);
  });

  test('is asked for once by all who need one at the same time', async () => {
    const { service, tokenCalls } = serviceOn(() => ({ access_token: 't', expires_in: 100 }));
    await Promise.all([service(request), service(request), service(request)]);
    expect(tokenCalls()).toBe(1);
  });

  test('is used to its end where it can’t be renewed, and asked for again then', async () => {
    let down = false;
    const { service, clock } = serviceOn(() => {
      if (down) throw new UpstreamError({ failure: 'connection' });
      return { access_token: 't', expires_in: 100 };
    });
    await service(request);
    down = true;
    clock.now = 99_000;
    expect((await service(request)).body).toBe('Bearer t');
    clock.now = 100_000;
    await expect(service(request)).rejects.toMatchObject({ details: { failure: 'connection' } });
    down = false;
    expect((await service(request)).body).toBe('Bearer t');
  });

  test('that is refused is told once a minute with the upstream’s words, and known until one is had', async () => {
    const words = 'invalid_client: the token has expired';
    let refuses = true;
    const { service, clock, isRefused, warnings } = serviceOn(() => {
      if (refuses) throw new UpstreamError({ failure: 'status', status: 401, text: words });
      return { access_token: 't' };
    });
    expect(isRefused()).toBe(false);
    for (let turn = 0; turn < 3; turn++)
      await expect(service(request)).rejects.toMatchObject({ details: { failure: 'credentials' } });
    expect(isRefused()).toBe(true);
    expect(warnings).toEqual([[{ status: 401, text: words }, expect.stringContaining('credentials')]]);
    clock.now = 60_000;
    await expect(service(request)).rejects.toMatchObject({ details: { failure: 'credentials' } });
    expect(warnings).toHaveLength(2);
    refuses = false;
    await service(request);
    expect(isRefused()).toBe(false);
  });
});
