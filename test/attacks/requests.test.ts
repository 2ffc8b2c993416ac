import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Pair } from '../support/pair.js';

const pair = new Pair('v1', {}, { BODY_LIMIT: '100000' });
/** Refuses requests that are slow to arrive. */
const hasty = new Pair('v1', {}, { REQUEST_TIMEOUT: '1s' });
const strict = new Pair(
  'v1',
  {},
  { CLIENT_RATE_LIMIT: '3/10s', CONNECTION_LIMIT: '20', CORS_ORIGINS: 'https://app.example.com' },
);
beforeAll(() => Promise.all([pair.start(), strict.start(), hasty.start()]));
afterAll(() => Promise.all([pair.stop(), strict.stop(), hasty.stop()]));

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const json = { 'content-type': 'application/json' };

function send(init: RequestInit = {}, path = '/graphql', to = pair): Promise<Response> {
  return fetch(`${to.gateway.url}${path}`, { method: 'POST', headers: json, ...init });
}

const query = (text: string): string => JSON.stringify({ query: text });
const small = query('{ __typename }');

/** Opens a connection. */
async function open(to = pair): Promise<Socket> {
  const { hostname, port } = new URL(to.gateway.url);
  const socket = connect(Number(port), hostname);
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Sends a text. Returns what comes back until the connection is closed. */
async function raw(text: string, to = pair): Promise<string> {
  const socket = await open(to);
  socket.write(text);
  let answer = '';
  socket.on('data', (chunk) => (answer += String(chunk)));
  await once(socket, 'close');
  return answer;
}

/** Returns status, code and limit of a refusal. Asserts the headers that every answer has. */
async function refusalOf(reply: Response): Promise<unknown[]> {
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  });
  const { errors } = (await reply.json()) as { errors: { extensions: { code: string; limit?: string } }[] };
  return [reply.status, errors[0]?.extensions.code, errors[0]?.extensions.limit];
}

describe('bodies', () => {
  const long = query(`{ __typename } # ${'x'.repeat(100_000)}`);

  test('over the limit are refused with 413, however they are sent', async () => {
    expect(await refusalOf(await send({ body: long }))).toEqual([413, 'OPERATION_TOO_COSTLY', 'body']);
    const chunks = new Blob([long]).stream();
    const streamed = await send({ body: chunks, duplex: 'half' });
    expect(await refusalOf(streamed)).toEqual([413, 'OPERATION_TOO_COSTLY', 'body']);
  });

  test('are not unpacked', async () => {
    const packed = gzipSync(query(`{ __typename } # ${' '.repeat(10_000_000)}`));
    const reply = await send({ body: packed, headers: { ...json, 'content-encoding': 'gzip' } });
    expect([400, 415]).toContain((await refusalOf(reply))[0]);
  });

  test.each([
    ['nothing', ''],
    ['no JSON', '{"query":'],
    ['null', 'null'],
    ['a number', '1'],
    ['a text', '"{ __typename }"'],
    ['an array', `[${small}]`],
    ['an array of arrays', `[[${small}]]`],
    ['no query', '{}'],
    ['a query that is no text', '{"query": {"kind": "Document"}}'],
    ['variables that are no object', '{"query": "{ __typename }", "variables": [1]}'],
    ['variables as text', '{"query": "{ __typename }", "variables": "{}"}'],
    ['extensions that are no object', '{"query": "{ __typename }", "extensions": 1}'],
    ['a name that is no text', '{"query": "{ __typename }", "operationName": {}}'],
    ['the key __proto__', '{"query": "{ __typename }", "__proto__": {"polluted": true}}'],
    [
      'the key __proto__ in variables',
      '{"query": "{ __typename }", "variables": {"__proto__": {"polluted": true}}}',
    ],
    [
      'a prototype of a constructor',
      '{"query": "{ __typename }", "variables": {"constructor": {"prototype": {"polluted": true}}}}',
    ],
    [
      'an escaped __proto__',
      '{"query": "{ __typename }", "variables": {"\\u005f_proto__": {"polluted": true}}}',
    ],
    ['a mark of byte order alone', '\ufeff'],
  ])('that are %s are refused', async (_, body) => {
    const [status, code] = await refusalOf(await send({ body }));
    expect([status, ['BAD_REQUEST', 'OPERATION_TOO_COSTLY'].includes(String(code))]).toEqual([400, true]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('with keys of every object’s prototype ask nothing by them', async () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'valueOf'])
      for (const text of [`{ ${name} }`, `query ${name} { __typename @${name} }`, `{ ...${name} }`]) {
        const [status, code] = await refusalOf(
          await send({
            body: query(text),
            headers: { ...json, accept: 'application/graphql-response+json' },
          }),
        );
        expect([status, code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
      }
    const reply = await send({
      body: JSON.stringify({
        query: '{ __typename }',
        operationName: 'constructor',
        extensions: { constructor: 1 },
      }),
    });
    expect(await reply.json()).toMatchObject({
      errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } }],
    });
  });

  test('of another type are refused', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      `application/json;${'a'.repeat(1_000)}`,
      'x',
      '',
    ])
      expect([400, 415]).toContain((await send({ body: small, headers: { 'content-type': type } })).status);
  });

  test('that don’t arrive in time are given up, and so are headers and connections that say nothing', async () => {
    const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    const late = [head, 'POST /graphql HTTP/1.1\r\nHost: x\r\nX-', ''];
    const answers = await Promise.all(late.map((text) => raw(text, hasty)));
    for (const answer of answers) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('"code":"BAD_REQUEST"');
      expect(answer).toContain('x-content-type-options: nosniff');
    }
  });
});

describe('requests that are none', () => {
  test.each([
    ['garbage', '\u0000\u0001\r\n\r\n', 400],
    ['a length that is no number', 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n', 400],
    [
      'two lengths, one of them chunks',
      'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'a control character in a header',
      'GET /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: a\u0001b\r\n\r\n',
      400,
    ],
    ...['[', '', 'a b', '%', '<>', '@', '[::1'].map((host): [string, string, number] => [
      `a host that is none: "${host}"`,
      `POST /graphql HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${small.length}\r\nConnection: close\r\n\r\n${small}`,
      400,
    ]),
    [
      'an address whose host is none',
      'GET http://[/graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      400,
    ],
    ['long headers', `GET /graphql HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('%s', async (_, text, status) => {
    const answer = await raw(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('"code":"BAD_REQUEST"');
    expect(answer).not.toMatch(/stack|node_modules/);
  });

  test.each([
    ['none', ''],
    ['an empty one', 'Host:\r\n'],
    ['one with a space', 'Host: a b\r\n'],
    ['half an address', 'Host: [::1\r\n'],
    ['a port alone', 'Host: :\r\n'],
    ['no port there is', 'Host: x:65536\r\n'],
    ['a query', 'Host: ?a\r\n'],
    ['a bad escape', 'Host: %zz\r\n'],
  ])('whose host is %s', async (_, host) => {
    for (const method of ['POST', 'GET']) {
      const answer = await raw(`${method} /graphql HTTP/1.1\r\n${host}Connection: close\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 400 [^]*"code":"BAD_REQUEST"/);
    }
  });

  test('requests by HTTP/1.0 need no host', async () => {
    const head = `POST /graphql HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: ${small.length}`;
    expect(await raw(`${head}\r\n\r\n${small}`)).toMatch(/^HTTP\/1\.1 200 [^]*\{"__typename":"Query"\}/);
  });

  test('don’t keep their connection, even if it is not closed by who sent them', async () => {
    const { hostname, port } = new URL(pair.gateway.url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    sockets.push(socket);
    socket.resume().write('garbage\r\n\r\n');
    await once(socket, 'end');
    // When the other side is gone, it answers with a reset.
    const beat = setInterval(() => socket.write('x'), 50);
    await new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve));
    clearInterval(beat);
  });

  test('paths that are badly encoded, or that lead elsewhere', async () => {
    for (const [path, status] of [
      ['/%zz', 400],
      ['/graphql/%c0%ae', 400],
      ['/graphiql/..%2f..%2fpackage.json', 404],
      ['/graphiql/%2e%2e/%2e%2e/main.js', 404],
      ['/nowhere?x=<script>', 404],
    ] as const) {
      const reply = await send({ method: 'GET', headers: {} }, path);
      expect([path, (await refusalOf(reply))[0]]).toEqual([path, status]);
    }
  });

  test.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'])(
    '%s /graphql is 405, and says what is allowed',
    async (method) => {
      const init = method === 'OPTIONS' ? { headers: {} } : { body: small };
      const reply = await send({ method, ...init });
      expect(await refusalOf(reply)).toEqual([405, 'BAD_REQUEST', undefined]);
      expect(reply.headers.get('allow')).toBe('GET, POST');
    },
  );

  test('forgeries: forms and links of other sites', async () => {
    const search = new URLSearchParams({ query: '{ __typename }' }).toString();
    expect(await refusalOf(await send({ method: 'GET', headers: {} }, `/graphql?${search}`))).toEqual([
      400,
      'BAD_REQUEST',
      undefined,
    ]);
    const mutation = new URLSearchParams({ query: 'mutation { __typename }' }).toString();
    const reply = await send(
      { method: 'GET', headers: { 'apollo-require-preflight': '1' } },
      `/graphql?${mutation}`,
    );
    expect([(await refusalOf(reply))[0], reply.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('parameters that are given twice', async () => {
    const reply = await send(
      { method: 'GET', headers: { 'apollo-require-preflight': '1' } },
      '/graphql?query={__typename}&query={a:__typename}',
    );
    expect(await refusalOf(reply)).toEqual([400, 'BAD_REQUEST', undefined]);
  });

  test('hashes of persisted queries that are another text’s', async () => {
    const reply = await send({
      body: JSON.stringify({
        query: '{ __typename }',
        extensions: { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } },
      }),
    });
    expect(reply.status).toBe(400);
    expect((await send({ body: JSON.stringify({ extensions: { persistedQuery: 'x' } }) })).status).toBe(400);
  });
});

test('what others persist is forgotten before it fills the memory', async () => {
  const persist = (text: string, along: boolean): Promise<Response> =>
    send({
      body: JSON.stringify({
        ...(along && { query: text }),
        extensions: {
          persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(text).digest('hex') },
        },
      }),
    });
  const texts = Array.from({ length: 60 }, (_, index) => `{ a${index}: __typename } # ${'x'.repeat(90_000)}`);
  for (const text of texts) expect((await persist(text, true)).status).toBe(200);
  const [first, ...others] = await Promise.all(texts.map((text) => persist(text, false)));
  expect(await first?.text()).toContain('PERSISTED_QUERY_NOT_FOUND');
  expect(await others.at(-1)?.text()).toContain('Query');
});

describe('headers of every answer', () => {
  test.each([
    ['an operation’s', '/graphql', { body: small }],
    ['GraphiQL’s', '/graphql', { method: 'GET', headers: { accept: 'text/html' } }],
    ['its redirect’s', '/', { method: 'GET', headers: {}, redirect: 'manual' as const }],
    ['the health’s', '/health/live', { method: 'GET', headers: {} }],
    ['nothing’s', '/nowhere', { method: 'GET', headers: {} }],
  ])('%s', async (_, path, init) => {
    const { headers } = await send(init, path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    });
    for (const name of ['x-powered-by', 'server']) expect(headers.get(name)).toBeNull();
  });
});

describe('headers of the answers that no route gives', () => {
  const rest = 'Host: x\r\nConnection: close\r\n';

  test.each<[string, string, number, Pair?]>([
    ['to an expectation', `POST /graphql HTTP/1.1\r\n${rest}Expect: something\r\n\r\n`, 417],
    ['to a tunnel', `CONNECT example.com:443 HTTP/1.1\r\n${rest}\r\n`, 405],
    [
      'to other protocols',
      `GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`,
      404,
    ],
    ['to no host', 'GET /graphql HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['to HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['to TLS', '\u0016\u0003\u0001\u0000\r\n\r\n', 400],
    ['to no method', `FOO /graphql HTTP/1.1\r\n${rest}\r\n`, 400],
    ['to long headers', `GET / HTTP/1.1\r\n${rest}X: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
    ['to late ones', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, hasty],
    [
      'to broken chunks',
      `POST /graphql HTTP/1.1\r\n${rest}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
      400,
    ],
    ['to OPTIONS', `OPTIONS /graphql HTTP/1.1\r\n${rest}\r\n`, 405],
    ['to OPTIONS of all', `OPTIONS * HTTP/1.1\r\n${rest}\r\n`, 404],
    ['to TRACE', `TRACE /graphql HTTP/1.1\r\n${rest}\r\n`, 405],
    ['to HEAD', `HEAD /health/live HTTP/1.1\r\n${rest}\r\n`, 200],
  ])('%s', async (_, text, status, to = pair) => {
    expect(securityOf(await raw(text, to))).toEqual([status, true]);
  });

  test.each([
    ['to a preflight', 'Origin: https://app.example.com\r\nAccess-Control-Request-Method: POST\r\n', 204],
    [
      'to that of another page',
      'Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n',
      403,
    ],
    ['to half a preflight', 'Origin: https://app.example.com\r\n', 400],
  ])('%s', async (_, headers, status) => {
    const answer = await raw(`OPTIONS /graphql HTTP/1.1\r\n${rest}${headers}\r\n`, strict);
    expect(securityOf(answer)).toEqual([status, true]);
  });

  /** Returns the status of an answer, and whether it has all security headers. */
  function securityOf(answer: string): [status: number, hasAll: boolean] {
    const [head = ''] = answer.toLowerCase().split('\r\n\r\n');
    const lines = [
      'x-content-type-options: nosniff',
      'x-frame-options: deny',
      'referrer-policy: no-referrer',
    ];
    return [Number(head.split(' ')[1]), lines.every((line) => head.split('\r\n').includes(line))];
  }
});

describe('many requests', () => {
  test('of one address are refused beyond the limit that was set, until it is over', async () => {
    const replies = [];
    for (let count = 0; count < 4; count++) replies.push(await send({ body: small }, '/graphql', strict));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    const last = replies[3] as Response;
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusalOf(last)).toEqual([429, 'RATE_LIMITED', 'requests']);
    expect((await send({ method: 'GET', headers: {} }, '/health/live', strict)).status).toBe(200);
  });

  test('are not limited unless that is set', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => send({ body: small })));
    expect(replies.every(({ status }) => status === 200)).toBe(true);
  });

  test('connections beyond the limit are closed, and those before them are served', async () => {
    const first = await open(strict);
    const idle = await Promise.all(Array.from({ length: 60 }, () => open(strict)));
    const closed = (): number => idle.filter((socket) => socket.closed || socket.readableEnded).length;
    while (closed() < 40) await new Promise((resolve) => setTimeout(resolve, 20));
    first.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(String(await once(first, 'data'))).toContain('200 OK');
  });

  test('idle connections by the thousand hold up nobody', async () => {
    await Promise.all(Array.from({ length: 2_000 }, () => open()));
    expect((await send({ body: small })).status).toBe(200);
  });
});
