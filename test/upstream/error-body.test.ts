import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readErrorBody } from '../../src/upstream/error-body.js';
import { retryAfterSeconds } from '../../src/upstream/answer-head.js';

describe('an error body', () => {
  const trackingId = '44a4f5a299d540df84537fc51fd9271f';
  const und = { locale: 'und', localeOrigin: 'REQUEST', text: 'und words' };
  const english = { locale: 'en-US', localeOrigin: 'DEFAULT', text: 'English words' };

  test.each<[string, unknown, object]>([
    [
      'of two languages gives the English words',
      { detailCode: '400.1.3 Illegal value', trackingId, messages: [und, english], causes: [] },
      { text: 'English words', detailCode: '400.1.3 Illegal value', trackingId },
    ],
    ['of two languages does so in any order', { messages: [english, und] }, { text: 'English words' }],
    ['of another language gives that', { messages: [und] }, { text: 'und words' }],
    [
      'with a cause gives the cause before the message',
      { messages: [english], causes: [{ locale: null, text: 'because' }] },
      { text: 'because' },
    ],
    [
      'with a detail message gives that',
      {
        detailCode: '400.1 Bad request content',
        messages: [english],
        causes: [],
        detailMessage: 'Error converting Enumerated string (type) value (QUARTZ)',
      },
      {
        text: 'Error converting Enumerated string (type) value (QUARTZ)',
        detailCode: '400.1 Bad request content',
      },
    ],
    [
      'of the token check',
      { error: 'JWT validation failed: JWT is expired' },
      { text: 'JWT validation failed: JWT is expired' },
    ],
    [
      'of the token endpoint',
      { error: 'invalid_token', error_description: 'expired' },
      { text: 'invalid_token: expired' },
    ],
    ['of the rate limiter', { message: ' Rate Limit Exceeded ' }, { text: 'Rate Limit Exceeded' }],
    [
      'of a feature flag',
      { message: ' API/Feature not enabled for your organization.' },
      { text: 'API/Feature not enabled for your organization.' },
    ],
    [
      'of an unsupported method or type',
      { errorName: 'NotSupportedException', errorMessage: 'Cannot consume content type', trackingId },
      { text: 'Cannot consume content type', detailCode: 'NotSupportedException', trackingId },
    ],
    [
      'with a code and no words',
      { detailCode: '403 Forbidden', trackingId, messages: null, causes: null },
      { detailCode: '403 Forbidden', trackingId },
    ],
    [
      'whose members are of other types',
      { error: 7, message: {}, causes: 'x', messages: [null, 1, { text: 5 }], detailCode: [], trackingId: 0 },
      {},
    ],
    [
      'with an empty English text',
      { messages: [{ locale: 'en-US', text: ' ' }, und] },
      { text: 'und words' },
    ],
    ['that is empty', undefined, {}],
    ['that is null', null, {}],
    ['that is a text', '<html>Bad Gateway</html>', {}],
    ['that is an array', [{ message: 'no' }], {}],
  ])('%s', (_, body, expected) => {
    expect(readErrorBody(body)).toStrictEqual(expected);
  });

  test('gives one line of bounded length', () => {
    const { text } = readErrorBody({ message: `a\r\n\u0000b\u001b[31m${'c'.repeat(5_000)}` });
    expect(text).toMatch(/^a b \[31mc{300,}$/);
    expect(text?.length).toBeLessThanOrEqual(500);
  });

  test('of any JSON is read without a failure', () => {
    const key = fc.constantFrom('error', 'message', 'causes', 'messages', 'detailCode', 'trackingId');
    const item = fc.dictionary(fc.constantFrom('text', 'locale'), fc.jsonValue());
    const body = fc.dictionary(key, fc.oneof(fc.jsonValue(), fc.array(item)));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), body), (json) => {
        for (const value of Object.values(readErrorBody(json)) as unknown[])
          expect(typeof value).toBe('string');
      }),
      { numRuns: 500 },
    );
  });
});

describe('Retry-After', () => {
  const now = Date.parse('2026-01-31T08:00:00.250Z');

  test.each([
    ['7', 7],
    [' 10 ', 10],
    ['0', 0],
    ['Sat, 31 Jan 2026 08:00:05 GMT', 5],
    ['Saturday, 31-Jan-26 08:01:00 GMT', 60],
    ['Sat, 31 Jan 2026 07:00:00 GMT', 0],
    ['1.5', 2],
    ['0.2', 1],
    ['7, 12', 12],
    ['12, 7', 12],
  ])('of %j is %j seconds', (header, expected) => {
    expect(retryAfterSeconds([header], now)).toBe(expected);
  });

  test.each(['', 'soon', '-5', '1.5.2', 'soon 5', '1e3', '0x10', '1234567890'])(
    'of %j, which is neither a number nor a date, is not told',
    (header) => {
      expect(retryAfterSeconds([header], now)).toBeUndefined();
    },
  );

  test('that was sent more than once is the longest, and none is none', () => {
    expect(retryAfterSeconds(['3', 'Sat, 31 Jan 2026 08:00:30 GMT', '9', 'soon'], now)).toBe(30);
    expect(retryAfterSeconds([], now)).toBeUndefined();
  });
});
