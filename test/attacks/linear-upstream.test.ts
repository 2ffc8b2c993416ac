import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import {
  expectLinear,
  fill,
  HEADER_LENGTH,
  LENGTH,
  many,
  post,
  startGateways,
  type Gateways,
} from '../support/linear.js';

let gateways: Gateways;
beforeAll(async () => {
  gateways = await startGateways();
});
afterAll(() => gateways.stop());

describe('what the upstream sends', () => {
  const everything = `id type uniqueName description parentName launcher target { id type name } created modified
    launched completed completionStatus rawCompletionStatus messages { type key localizedText { locale message } parameters text }
    returns { name attributeName } attributes progress percentComplete state statusMessage durationSeconds
    results { label key value } taskDefinitionSummary { id uniqueName description parentName executor arguments }`;
  const body = JSON.stringify({
    query: `{ taskStatuses(limit: 5) { totalCount nodes { ${everything} } edges { cursor } } }`,
  });
  const answerWith = (write: (response: ServerResponse) => void) => async (): Promise<void> => {
    gateways.upstream.answer = (_request, response) => {
      response.setHeader('content-type', 'application/json');
      write(response);
    };
    await post(gateways.open, body);
  };
  const rowOf = (row: string) => answerWith((response) => response.end(`[${row}]`));
  const rows = (row: object): (() => Promise<void>) => rowOf(JSON.stringify({ id: 'a', ...row }));
  const plain = rows({ description: fill('x') });

  const long = ['x', ' ', '1', '-', '0.', '2024-01-01T00:00', '_', '\n', '\u0000', '{0}', '"', '\\', 'İ'];
  test.each(long)('a row whose texts, dates and words are long: %j', async (piece) => {
    const text = fill(piece, 50_000);
    const dates = {
      created: text,
      modified: `2024-01-01T00:00:00.${text}`,
      launched: `2024-01-01T00:00:00 ${text}`,
      completed: `1${text}`,
    };
    const words = { type: text, completionStatus: `A${text}A`, target: { id: text, type: text, name: text } };
    await expectLinear(
      plain,
      rows({ ...dates, ...words, percentComplete: text, messages: [{ type: text, key: text }] }),
      JSON.stringify(piece),
    );
  });

  test.each<[string, () => object | string]>([
    [
      'messages',
      () => ({ messages: many(5_000, (i) => ({ type: 'INFO', key: `k${i} {0}`, parameters: ['a'] })) }),
    ],
    ['messages without a text', () => ({ messages: many(10_000, () => ({ type: 'ERROR', key: '' })) })],
    ['places in a message', () => ({ messages: [{ key: fill('{0}'), parameters: ['a'] }] })],
    [
      'places in a message, and a long parameter',
      () => ({ messages: [{ key: fill('{0}', LENGTH / 2), parameters: [fill('a', LENGTH / 2)] }] }),
    ],
    ['places that are none', () => ({ messages: [{ key: fill('{1234'), parameters: ['a'] }] })],
    [
      'parameters',
      () => ({ messages: [{ key: 'k {999}', parameters: many(20_000, (i) => `parameter ${i}`) }] }),
    ],
    [
      'returns',
      () => ({ returns: many(8_000, (i) => ({ name: `N${i}`, attributeName: 'a' })), attributes: { a: 1 } }),
    ],
    [
      'returns of one long attribute',
      () => ({
        returns: many(4_000, (i) => ({ name: `N${i}`, attributeName: 'a' })),
        attributes: { a: fill('x', LENGTH / 2) },
      }),
    ],
    ['attributes', () => ({ attributes: Object.fromEntries(many(20_000, (i) => [`a${i}`, i])) })],
    [
      'attributes that nest',
      () => `{"id": "a", "attributes": ${fill('[', LENGTH / 2)}${fill(']', LENGTH / 2)}}`,
    ],
  ])('a row of many %s', async (name, make) => {
    const made = make();
    await expectLinear(plain, typeof made === 'string' ? rowOf(made) : rows(made), name);
  });

  test.each<[string, (response: ServerResponse) => void]>([
    [
      'a page of tags',
      (response) => response.writeHead(200, { 'content-type': 'text/html' }).end(fill('<a ')),
    ],
    [
      'a page of control characters',
      (response) => response.writeHead(502, { 'content-type': 'text/html' }).end(fill('\u0000')),
    ],
    [
      'a page of spaces',
      (response) => response.writeHead(404, { 'content-type': 'text/plain' }).end(`${fill(' ')}x`),
    ],
    ['brackets', (response) => response.end(fill('['))],
    ['spaces', (response) => response.end(`${fill(' ')}x`)],
    [
      'an error whose message is long',
      (response) => response.writeHead(400).end(JSON.stringify({ message: fill(' \u0000') })),
    ],
    [
      'an error whose message ends late',
      (response) => response.writeHead(400).end(JSON.stringify({ message: `x${fill(' ')}x` })),
    ],
    [
      'an error of many messages',
      (response) =>
        response
          .writeHead(400)
          .end(JSON.stringify({ messages: many(10_000, () => ({ locale: 'de', text: ' ' })) })),
    ],
    [
      'a code that is long',
      (response) =>
        response.writeHead(403).end(JSON.stringify({ detailCode: fill('a'), trackingId: fill(' a') })),
    ],
    [
      'a wait that is long',
      (response) => response.writeHead(429, { 'retry-after': fill('1', HEADER_LENGTH) }).end(),
    ],
    [
      'a wait of spaces',
      (response) => response.writeHead(429, { 'retry-after': `1${fill(' ', HEADER_LENGTH)}x` }).end(),
    ],
    [
      'a wait until a date',
      (response) => response.writeHead(429, { 'retry-after': `Wed, 2${fill(' (', HEADER_LENGTH)}` }).end(),
    ],
    [
      'a type of parameters',
      (response) =>
        response
          .writeHead(200, { 'content-type': `application/json${fill('; a="b"', HEADER_LENGTH)}` })
          .end('[]'),
    ],
    [
      'a type of spaces',
      (response) =>
        response.writeHead(200, { 'content-type': `application/json${fill(' ', HEADER_LENGTH)};` }).end('[]'),
    ],
    [
      'a type of plus signs',
      (response) =>
        response.writeHead(200, { 'content-type': `application/${fill('+json', HEADER_LENGTH)}` }).end('[]'),
    ],
    [
      'a total that is long',
      (response) => response.writeHead(200, { 'x-total-count': fill('1', HEADER_LENGTH) }).end('[]'),
    ],
    [
      'a request’s id that is long',
      (response) => response.writeHead(500, { 'slpt-request-id': fill('a', HEADER_LENGTH) }).end('{}'),
    ],
    [
      'an address to go to',
      (response) => response.writeHead(302, { location: `/${fill('?', HEADER_LENGTH)}` }).end(),
    ],
  ])('an answer of %s', async (name, write) => {
    await expectLinear(plain, answerWith(write), name);
  });
});
