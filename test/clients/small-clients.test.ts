import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ClientError } from 'graphql-request';
import { Pair } from '../support/pair.js';
import { accessToken } from './access-token.js';
import { createHttpClient } from './snippets/graphql-http.js';
import { createRequestClient } from './snippets/graphql-request.js';

const pair = new Pair('v2025');
let token: string;
beforeAll(async () => {
  await pair.start();
  token = await accessToken(pair);
});
afterAll(() => pair.stop());

const query = 'query One($limit: Int) { taskStatuses(limit: $limit) { nodes { id } } }';
const urlOf = (): string => `${pair.gateway.url}/graphql`;
const refused = { code: 'BAD_USER_INPUT', argument: 'limit' };

describe('graphql-request', () => {
  test('gets data', async () => {
    const data = await createRequestClient(urlOf(), token).request(query, { limit: 2 });
    expect(data.taskStatuses.nodes).toHaveLength(2);
  });

  test('throws errors with their extensions', async () => {
    const error: unknown = await createRequestClient(urlOf(), token)
      .request(query, { limit: 0 })
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ClientError);
    expect((error as ClientError).response.errors?.[0]?.extensions).toMatchObject(refused);
  });
});

describe('graphql-http’s client', () => {
  const ask = (limit: number): Promise<any> =>
    new Promise((resolve, reject) => {
      let result: unknown;
      createHttpClient(urlOf(), token).subscribe(
        { query, variables: { limit } },
        {
          next: (value) => (result = value),
          error: reject,
          complete: () => {
            resolve(result);
          },
        },
      );
    });

  test('gets data', async () => {
    expect((await ask(2)).data.taskStatuses.nodes).toHaveLength(2);
  });

  test('gets errors with their extensions', async () => {
    expect((await ask(0)).errors[0].extensions).toMatchObject(refused);
  });
});
