// A server by Apollo's documentation: standalone, with a RESTDataSource for each request.
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { RESTDataSource } from '@apollo/datasource-rest';
import { typeDefs } from './schema.mjs';

class Tasks extends RESTDataSource {
  baseURL = `${process.env.SAIL_BASE_URL}/beta/`;
  constructor(authorization) {
    super();
    this.authorization = authorization;
  }
  willSendRequest(_path, request) {
    request.headers.authorization = this.authorization;
  }
  one(id) {
    return this.get(`task-status/${encodeURIComponent(id)}`);
  }
  async list({ limit, offset }) {
    const { parsedBody, response } = await this.fetch('task-status', {
      params: { limit, offset, count: 'true' },
    });
    return { nodes: parsedBody, totalCount: Number(response.headers.get('x-total-count')) };
  }
}

const server = new ApolloServer({
  typeDefs,
  resolvers: {
    Query: {
      taskStatus: (_, { id }, { tasks }) => tasks.one(id),
      taskStatuses: (_, args, { tasks }) => tasks.list(args),
    },
  },
});
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => ({ tasks: new Tasks(req.headers.authorization) }),
});
process.send({ url: url.replace(/\/$/, '') });
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }));
