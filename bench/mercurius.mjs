// mercurius as its documentation shows it: its JIT, and a loader that joins the lookups of an operation into one call.
import { Agent, request as ask } from 'node:http';
import { fastify } from 'fastify';
import mercurius from 'mercurius';
import { typeDefs } from './schema.mjs';

const upstream = process.env.SAIL_BASE_URL;
const agent = new Agent({ keepAlive: true });

/** Resolves with the answer's JSON and headers. */
function get(path, authorization) {
  return new Promise((resolve, reject) => {
    const request = ask(`${upstream}/beta/${path}`, { agent, headers: { authorization } }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        if (answer.statusCode === 404) resolve({ body: null });
        else if (answer.statusCode !== 200) reject(new Error(`The upstream answered ${answer.statusCode}.`));
        else resolve({ body: JSON.parse(Buffer.concat(chunks)), headers: answer.headers });
      });
    });
    request.on('error', reject);
    request.end();
  });
}

async function byIds(ids, authorization) {
  if (ids.length === 1) return [(await get(`task-status/${encodeURIComponent(ids[0])}`, authorization)).body];
  const filters = encodeURIComponent(`id in (${ids.map((id) => `"${id}"`).join()})`);
  const { body } = await get(`task-status?filters=${filters}`, authorization);
  const tasks = new Map(body.map((task) => [task.id, task]));
  return ids.map((id) => tasks.get(id) ?? null);
}

async function list({ limit, offset }, authorization) {
  const { body, headers } = await get(
    `task-status?limit=${limit}&offset=${offset}&count=true`,
    authorization,
  );
  return { nodes: body, totalCount: Number(headers['x-total-count']) };
}

const app = fastify();
await app.register(mercurius, {
  schema: typeDefs,
  jit: 1,
  context: ({ headers }) => ({ authorization: headers.authorization }),
  resolvers: { Query: { taskStatuses: (_, args, { authorization }) => list(args, authorization) } },
  loaders: {
    Query: {
      taskStatus: (queries, { authorization }) =>
        byIds(
          queries.map(({ params }) => params.id),
          authorization,
        ),
    },
  },
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
process.send({ url });
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }));
