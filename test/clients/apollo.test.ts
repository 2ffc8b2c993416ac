import { CombinedGraphQLErrors, CombinedProtocolErrors, gql, type TypedDocumentNode } from '@apollo/client';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Pair } from '../support/pair.js';
import { accessToken } from './access-token.js';
import { requestsOf } from './recorded-fetch.js';
import { createApolloClient } from './snippets/apollo.js';
import { PROGRESS, testSubscriptionsOf } from './watched-task.js';

const pair = new Pair('v2025');
let token: string;
beforeAll(async () => {
  await pair.start();
  token = await accessToken(pair);
});
afterAll(() => pair.stop());

const clientOf = (byGet = false): ReturnType<typeof createApolloClient> =>
  createApolloClient(`${pair.gateway.url}/graphql`, token, byGet);

const PAGE: TypedDocumentNode<any, object> = gql`
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

describe('Apollo Client', () => {
  test.each([
    ['POST', false],
    ['GET', true],
  ])('registers a query by POST, then asks by its hash, by %s', async (method, byGet) => {
    const query: TypedDocumentNode<any, object> =
      gql`query ${`By${method}`} { taskStatuses(limit: 1) { nodes { id } } }`;
    const first = await requestsOf(async () => {
      const { data } = await clientOf(byGet).query({ query });
      expect(data.taskStatuses.nodes).toHaveLength(1);
    });
    expect(first.map((sent) => [sent.method, sent.status])).toEqual([
      [method, 200],
      ['POST', 200],
    ]);
    const second = await requestsOf(async () => {
      await clientOf(byGet).query({ query });
    });
    expect(second.map((sent) => sent.method)).toEqual([method]);
    expect(JSON.stringify([second[0]?.url, second[0]?.body])).not.toContain('taskStatuses');
  });

  test('joins pages by cursor into one list', async () => {
    const client = clientOf();
    const { data } = await client.query({ query: PAGE });
    const { endCursor } = data.taskStatuses.pageInfo;
    const watched = client.watchQuery<any>({ query: PAGE });
    const pages = watched.subscribe(() => undefined);
    await watched.fetchMore({ variables: { after: endCursor } });
    const ids = client.readQuery<any>({ query: PAGE }).taskStatuses.edges.map((edge: any) => edge.node.id);
    pages.unsubscribe();
    expect(new Set(ids).size).toBe(6);
  });

  test('gets the code and the argument of an error', async () => {
    const query = gql`
      {
        taskStatuses(first: 0) {
          nodes {
            id
          }
        }
      }
    `;
    const refused = await clientOf()
      .query({ query })
      .catch((error: unknown) => error);
    expect(CombinedGraphQLErrors.is(refused)).toBe(true);
    expect((refused as CombinedGraphQLErrors).errors[0]?.extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      argument: 'first',
    });
  });
});

testSubscriptionsOf('Apollo Client', (url, token, variables, sink) => {
  const subscription = createApolloClient(url, token)
    .subscribe<any>({ query: gql(PROGRESS), variables })
    .subscribe({
      next({ data, error }) {
        if (data) sink.next(data);
        if (CombinedGraphQLErrors.is(error) || CombinedProtocolErrors.is(error))
          for (const { extensions } of error.errors) sink.error(extensions);
        else if (error) sink.error(error);
      },
      complete: () => {
        sink.complete();
      },
    });
  return () => {
    subscription.unsubscribe();
  };
});
