import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse } from 'graphql';

/** A second subgraph of test data: who owns a source, and what it is called. */
export const sourcesSdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@shareable"])

type Query {
  sources(limit: Int): [Source!]!
}

type Source @key(fields: "id") {
  id: ID!
  name: String!
  owner: Identity
}

type Identity @key(fields: "id") {
  id: ID!
  alias: String!
}

type PageInfo @shareable {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}
`;

/** A running subgraph. `requests` holds the operations that reached it. */
export interface SourcesSubgraph {
  readonly url: string;
  readonly requests: string[];
  /** The sources it lists, by their ids. */
  ids: readonly string[];
  stop(): Promise<void>;
}

const source = (id: string): object => ({
  id,
  name: `Source ${id}`,
  owner: { id: `o-${id}`, alias: `owner.${id}` },
});

/** Starts it on a free port of the loopback interface. */
export async function startSourcesSubgraph(): Promise<SourcesSubgraph> {
  const schema = buildSubgraphSchema({
    typeDefs: parse(sourcesSdl),
    resolvers: {
      Query: {
        sources: (_: unknown, { limit }: { limit?: number }) => subgraph.ids.slice(0, limit).map(source),
      },
      Source: { __resolveReference: ({ id }: { id: string }) => source(id) },
      Identity: { __resolveReference: ({ id }: { id: string }) => ({ id, alias: `alias.${id}` }) },
    },
  });
  const server = createServer((request, response) => {
    void bodyOf(request).then(async (body) => {
      const { query, variables } = JSON.parse(body) as { query: string; variables?: Record<string, unknown> };
      subgraph.requests.push(query);
      const result = await graphql({ schema, source: query, variableValues: variables });
      response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const subgraph: SourcesSubgraph = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    requests: [],
    ids: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return subgraph;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
