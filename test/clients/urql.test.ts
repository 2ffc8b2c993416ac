import { Client, fetchExchange, gql } from '@urql/core';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pair } from '../support/pair.js';
import { accessToken } from './access-token.js';
import { requestsOf } from './recorded-fetch.js';
import { createUrqlClient } from './snippets/urql.js';
import { PROGRESS, testSubscriptionsOf } from './watched-task.js';

const pair = new Pair('v2025');
let token: string;
beforeAll(async () => {
  await pair.start();
  token = await accessToken(pair);
});
afterAll(() => pair.stop());

const clientOf = (byGet = false): ReturnType<typeof createUrqlClient> =>
  createUrqlClient(`${pair.gateway.url}/graphql`, token, byGet);

const PAGE = gql`
  query Page($after: String) {
    taskStatuses(first: 3, after: $after) {
      edges {
        node {
          id
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

describe('urql', () => {
  test.each([
    ['POST', false],
    ['GET', true],
  ])('registers a query, then asks by its hash, by %s', async (method, byGet) => {
    const query = gql(`query By${method} { taskStatuses(limit: 1) { nodes { id } } }`);
    const first = await requestsOf(async () => {
      const { data, error } = await clientOf(byGet).query(query, {});
      expect(error).toBeUndefined();
      expect(data.taskStatuses.nodes).toHaveLength(1);
    });
    expect(first.map((sent) => [sent.method, sent.status])).toEqual([
      [method, 200],
      [method, 200],
    ]);
    const second = await requestsOf(async () => {
      await clientOf(byGet).query(query, {});
    });
    expect(second.map((sent) => sent.method)).toEqual([method]);
    expect(JSON.stringify([second[0]?.url, second[0]?.body])).not.toContain('taskStatuses');
  });

  test('joins pages by cursor into one list', async () => {
    const client = clientOf();
    const { data } = await client.query(PAGE, {});
    const { endCursor } = data.taskStatuses.pageInfo;
    const both = await client.query(PAGE, { after: endCursor });
    const ids = both.data.taskStatuses.edges.map((edge: any) => edge.node.id);
    expect(new Set(ids).size).toBe(6);
  });

  test('is refused as a possible forgery with its default GET and no preflight header', async () => {
    const client = new Client({ url: `${pair.gateway.url}/graphql`, exchanges: [fetchExchange] });
    const sent = await requestsOf(async () => {
      expect((await client.query('{ __typename }', {})).error?.message).toContain(
        'Cross-Site Request Forgery',
      );
    });
    expect(sent.map(({ method, status }) => [method, status])).toEqual([['GET', 400]]);
  });

  test('gets the code and the argument of an error', async () => {
    const { error } = await clientOf().query('{ taskStatuses(first: 0) { nodes { id } } }', {});
    expect(error?.graphQLErrors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'first' });
  });
});

testSubscriptionsOf('urql', (url, token, variables, sink) => {
  const subscription = createUrqlClient(url, token)
    .subscription(gql(PROGRESS), variables)
    .subscribe(({ data, error, hasNext }) => {
      // The last result comes again when the stream ends.
      if (!hasNext) sink.complete();
      else if (error) sink.error(error.graphQLErrors[0]?.extensions);
      else sink.next(data);
    });
  return () => {
    subscription.unsubscribe();
  };
});
