// What mercurius' documentation leads to: Fastify, its JIT, and resolvers that call the upstream by fetch.
import { URLSearchParams } from 'node:url';
import Fastify from 'fastify';
import mercurius from 'mercurius';

const schema = `
  scalar JSON
  type Query { taskStatus(id: ID!): TaskStatus  taskStatuses(limit: Int, offset: Int): Page }
  type Page { nodes: [TaskStatus!]!  totalCount: Int }
  type TaskStatus {
    id: ID!  type: String  uniqueName: String  description: String  parentName: String  launcher: String  target: Target
    created: String  modified: String  launched: String  completed: String  completionStatus: String
    messages: [Message!]  progress: String  percentComplete: Int  attributes: JSON  taskDefinitionSummary: Summary
  }
  type Target { id: ID  type: String  name: String }
  type Message { type: String  key: String  localizedText: Text }
  type Text { locale: String  message: String }
  type Summary { id: ID  uniqueName: String  description: String  parentName: String  executor: String }
`;
const base = `${process.env.SAIL_BASE_URL}/beta/task-status`;
const ask = (url, authorization) => fetch(url, { headers: { authorization } });

const app = Fastify();
app.register(mercurius, {
  schema,
  jit: 1,
  context: (request) => ({ authorization: request.headers.authorization }),
  resolvers: {
    Query: {
      taskStatus: async (_, { id }, { authorization }) =>
        (await ask(`${base}/${encodeURIComponent(id)}`, authorization)).json(),
      taskStatuses: async (_, args, { authorization }) => {
        const response = await ask(`${base}?${new URLSearchParams({ ...args, count: true })}`, authorization);
        return { nodes: await response.json(), totalCount: Number(response.headers.get('x-total-count')) };
      },
    },
  },
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ url });
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }));
