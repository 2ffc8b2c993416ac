import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Pair } from '../support/pair.js';

const pair = new Pair('v1', {}, { LAG_LIMIT: '' });
beforeAll(() => pair.start());
afterAll(() => pair.stop());

/** Keeps the event loop from everything else. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

const post = (): Promise<Response> =>
  fetch(`${pair.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query": "{ __typename }"}',
  });

test('a gateway that is a second late sheds operations, stays alive, and serves as soon as it keeps up', async () => {
  expect((await post()).status).toBe(200);
  const replies = [post(), post()];
  const health = fetch(`${pair.gateway.url}/health/live`);
  block(1_600);
  for (const reply of await Promise.all(replies)) {
    expect([reply.status, reply.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await reply.json()).toMatchObject({ errors: [{ extensions: { code: 'OVERLOADED' } }] });
  }
  expect((await health).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect((await post()).status).toBe(200);
});

test('a gateway that is a little late sheds nothing', async () => {
  const reply = post();
  block(300);
  expect((await reply).status).toBe(200);
});
