import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

/** A router that serves a supergraph. `url` is its origin. */
export interface Router {
  readonly url: string;
  stop(): Promise<void>;
}

interface RouterContext {
  readonly authorization?: string | undefined;
}

/** Apollo's gateway in Node, which passes the client's `Authorization` on. */
async function startApolloGateway(supergraphSdl: string): Promise<Router> {
  class Upstream extends RemoteGraphQLDataSource<RouterContext> {
    override willSendRequest({
      request,
      context,
    }: Parameters<NonNullable<RemoteGraphQLDataSource<RouterContext>['willSendRequest']>>[0]): void {
      if (context.authorization) request.http?.headers.set('authorization', context.authorization);
    }
  }
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ url }) => new Upstream({ url: url ?? '' }),
  });
  const server = new ApolloServer<RouterContext>({
    gateway: gateway,
    stopOnTerminationSignals: false,
  });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => Promise.resolve({ authorization: req.headers.authorization }),
  });
  return { url: new URL(url).origin, stop: () => server.stop() };
}

/** Hive Gateway by its runtime, with the settings that docker-compose.yml starts it with, in a process of its own. */
async function startHiveGateway(supergraph: string): Promise<Router> {
  const child = spawn(process.execPath, ['test/federation/hive-gateway.mjs'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(supergraph);
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return {
    url: line.toString().trim(),
    async stop() {
      child.kill();
      await once(child, 'exit');
    },
  };
}

/** The routers by name. */
export const routers = { 'Apollo Gateway': startApolloGateway, 'Hive Gateway': startHiveGateway };
