// Runs the workloads against the gateway and its peers, each in fresh processes that serve the whole mix, and prints
// their costs as ratios within each turn.
//   npm run bench [-- --processes 5 --seconds 2 --only W1 --save]
import { writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { start, stop } from './children.mjs';
import { workloads } from './workloads.mjs';

const { values: options } = parseArgs({
  options: {
    processes: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    save: { type: 'boolean', default: false },
  },
});
/** What the gateway is compared with, beside it in each turn. */
const peers = ['raw', 'stock', 'mercurius'];

const processes = Number(options.processes);
const seconds = Number(options.seconds);

function ask(agent, url, path, body, authorization) {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url + path, {
      agent,
      method: body ? 'POST' : 'GET',
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
    });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }),
      );
    });
    request.end(body);
  });
}

/**
 * Runs clients in a closed loop for `forMs`.
 * @throws Error if an answer is not a 200, has no rows, or has rows of another caller.
 */
async function load({ server, upstream, workload, forMs }) {
  const { clients, tokens = 1, request, latencyMs = 0 } = workload;
  await upstream.tell({ latencyMs });
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const before = await server.tell({});
  const times = [];
  const end = performance.now() + forMs;
  let count = 0;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const authorization = `Bearer token-${client % tokens}-of-the-bench`;
      while (performance.now() < end) {
        const { query, variables, path } = request(count++);
        const began = performance.now();
        const { status, text } = server.raw
          ? await ask(agent, server.url, path, undefined, authorization)
          : await ask(agent, server.url, server.path, JSON.stringify({ query, variables }), authorization);
        times.push(performance.now() - began);
        const marks = text.match(/"launcher":"[^"]*"/g) ?? [];
        if (
          status !== 200 ||
          marks.length === 0 ||
          text.includes('"errors"') ||
          marks.some((mark) => mark !== `"launcher":"${authorization}"`)
        )
          throw new Error(`${server.name}: a wrong answer (${status}): ${text.slice(0, 300)}`);
      }
    }),
  );
  const after = await server.tell({});
  const { calls } = await upstream.tell({});
  agent.destroy();
  times.sort((a, b) => a - b);
  const cpu = (after.cpu.user + after.cpu.system - before.cpu.user - before.cpu.system) / 1000;
  return {
    cpu: cpu / times.length,
    calls: calls / times.length,
    p50: times[times.length >> 1],
    p99: times[Math.floor(times.length * 0.99)],
    memory: after.memory,
  };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const figure = (number, digits = 2) => number.toFixed(digits);
/** Starts a fresh process of each server. Each serves the whole mix, in turns with the others, after a warm-up. */
async function measure(turn, names) {
  const upstream = await start('upstream.mjs');
  const env = { SAIL_BASE_URL: upstream.url, SAIL_API_VERSION: 'beta', NODE_ENV: 'production' };
  const servers = [
    { name: 'raw', raw: true, ...(await start('raw.mjs', env)) },
    { name: 'stock', path: '/', ...(await start('stock.mjs', env)) },
    { name: 'mercurius', path: '/graphql', ...(await start('mercurius.mjs', env)) },
    { name: 'gateway', path: '/graphql', ...(await start('gateway.mjs', env)) },
  ];
  if (turn % 2) servers.reverse();
  const runs = [];
  for (const isWarm of [false, true])
    for (const name of names)
      for (const server of servers) {
        const forMs = isWarm ? seconds * 1000 : 1_000;
        const result = await load({ server, upstream, workload: workloads[name], forMs });
        if (isWarm) runs.push({ turn, name, server: server.name, ...result });
      }
  stop();
  return runs;
}

try {
  const names = Object.keys(workloads).filter((name) => name.startsWith(options.only));
  const runs = [];
  for (let turn = 0; turn < processes; turn++) runs.push(...(await measure(turn, names)));

  const of = (name, server) => runs.filter((run) => run.name === name && run.server === server);
  const ratios = (name, base, key = 'cpu') =>
    of(name, 'gateway').map((run, index) => run[key] / of(name, base)[index][key]);
  const spread = (numbers, digits) =>
    `${figure(Math.min(...numbers), digits)} · ${figure(median(numbers), digits)} · ${figure(Math.max(...numbers), digits)}`;
  const lines = names.map((name) => {
    const mine = of(name, 'gateway');
    return `| ${[
      name,
      spread(
        mine.map(({ cpu }) => cpu),
        3,
      ),
      ...peers.map((base) => spread(ratios(name, base))),
      figure(median(mine.map(({ calls }) => calls))),
      figure(median(ratios(name, 'raw', 'p50'))),
      figure(median(mine.map(({ p99 }) => p99)), 1),
    ].join(' | ')} |`;
  });
  const memory = [...peers, 'gateway'].map(
    (name) =>
      `${name} ${Math.max(...runs.filter((run) => run.server === name).map((run) => run.memory)) >> 20} MB`,
  );
  const table = [
    `| Workload | CPU ms a request | ${peers.map((peer) => `÷ ${peer}`).join(' | ')} | calls | p50 ÷ raw’s | p99 ms |`,
    `| --- | --: | ${peers.map(() => '--:').join(' | ')} | --: | --: | --: |`,
    ...lines,
    '',
    `Most memory resident: ${memory.join(', ')}.`,
  ].join('\n');
  process.stdout.write(`${table}\n`);
  if (options.save)
    writeFileSync(
      new URL('RESULTS.md', import.meta.url),
      `# Results of \`npm run bench -- --processes ${processes} --seconds ${seconds} --save\`

${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${cpus().length} × ${cpus()[0].model}. Each server in ${processes} fresh
processes, each of which serves the whole mix. CPU and its ratios are minimum · median · maximum over the processes; ratios are
taken between servers of one turn. Times are of a client that shares the machine with all servers: they say less than the CPU does.

${table}
`,
    );
} finally {
  stop();
}
