// The lower bound: a reverse proxy without GraphQL. The path of a request is what a query would ask of the upstream.
import { Agent, createServer, request as ask } from 'node:http';

const upstream = new URL(process.env.SAIL_BASE_URL);
const agent = new Agent({ keepAlive: true });
const server = createServer((request, response) => {
  const { authorization } = request.headers;
  const { hostname, port } = upstream;
  ask({ hostname, port, path: request.url, agent, headers: { authorization } }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    answer.pipe(response);
  }).end();
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', () => process.send({ cpu: process.cpuUsage(), memory: process.memoryUsage.rss() }));
