/**
 * Kills and restarts the upstream under load, then applies load for a while. Prints the outcomes of the operations,
 * and exits with 1 if a promise of docs/reliability.md was broken. `--short` is for every change.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, startGateway, startSandbox } from '../../dist/index.js';
import { between, judge, pick, promise, say, unhandledRejections } from './promises.mjs';

const short = process.argv.includes('--short');
const KILLS = short ? 8 : 100;
const SOAK_SECONDS = short ? 9 : 120;
const WORKERS = 16;
const DEADLINE_MS = 1_000;
/** Time that an answer may take beyond the deadline, for a busy machine. */
const GRACE_MS = 500;
const RECOVERY_MS = 1_000;

const gatewayInFrontOf = (origin, settings) => {
  const reading = readConfig({
    PORT: '0',
    SAIL_ANONYMOUS: 'on',
    SAIL_BASE_URL: origin,
    SAIL_API_VERSION: 'v1',
    LOG_LEVEL: 'silent',
    OPERATION_DEADLINE: `${DEADLINE_MS}ms`,
    ...settings,
  });
  if ('problems' in reading) throw new Error(reading.problems.join('; '));
  return startGateway(reading.value);
};

/**
 * Resolves with `answered`, the code of an error, or `left` if the client left. Resolves with `lost` if there is no
 * answer in time, or none that says what happened.
 */
function ask(agent, url, query, { authorization, leaveAfterMs } = {}) {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
    const call = request(`${url}/graphql`, { method: 'POST', headers, agent }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => done(outcomeOf(text)));
      response.on('error', () => done('lost'));
    });
    const limit = setTimeout(() => call.destroy(), DEADLINE_MS + GRACE_MS);
    const leave = leaveAfterMs === undefined ? undefined : setTimeout(() => call.destroy(), leaveAfterMs);
    const done = (outcome) => {
      clearTimeout(limit);
      clearTimeout(leave);
      resolve(outcome);
    };
    call.on('error', () => done(leave === undefined ? 'lost' : 'left'));
    call.end(JSON.stringify({ query }));
  });
}

function outcomeOf(text) {
  try {
    const { data, errors = [] } = JSON.parse(text);
    const codes = errors.map(({ extensions }) => extensions?.code);
    if (codes.some((code) => code === undefined || code === 'INTERNAL_SERVER_ERROR')) return 'lost';
    return codes[0] ?? (data ? 'answered' : 'lost');
  } catch {
    return 'lost';
  }
}

const readOf = (ids) =>
  pick([
    () => `{ taskStatus(id: "${pick(ids)}") { id state } }`,
    () => `{ taskStatuses(limit: ${Math.ceil(between(1, 50))}) { totalCount nodes { id } } }`,
    () => `{ pendingTasks(first: 5) { nodes { id } pageInfo { hasNextPage } } }`,
    () => `{ ${ids.slice(0, 5).map((id, i) => `t${i}: taskStatus(id: "${id}") { id }`)} }`,
  ])();
const updateOf = (id, mark) =>
  `mutation { updateTaskStatus(input: { id: "${id}", patch: [{ op: REPLACE, path: "/completed", value: "${mark}" }] }) { taskStatus { id } } }`;
const tally = (counts) =>
  Object.entries(counts)
    .map(([outcome, count]) => `${outcome} ${count}`)
    .join(', ');

async function chaos() {
  const settings = { rateLimit: 'off', tasks: 300, latencyMs: 2, latencySpreadMs: 20 };
  let sandbox = await startSandbox({ settings });
  const port = Number(new URL(sandbox.url).port);
  const ids = sandbox.tasks().map(({ id }) => id);
  const pending = sandbox.tasks().filter(({ completionStatus }) => completionStatus === null);
  const gateway = await gatewayInFrontOf(sandbox.url, { SAIL_RATE_LIMIT: 'off' });

  const operations = [];
  const outages = []; // from the start of a kill until the upstream is up again
  const patches = new Map();
  const witness = () => {
    for (const { method, body } of sandbox.calls.splice(0)) {
      const mark = method === 'PATCH' && /"value":"([^"]+)"/.exec(body)?.[1];
      if (mark) patches.set(mark, (patches.get(mark) ?? 0) + 1);
    }
  };

  let running = true;
  let marks = Date.parse('2020-01-01T00:00:00.000Z');
  const agent = new Agent({ keepAlive: true });
  const work = async () => {
    while (running) {
      const mark = Math.random() < 0.2 ? new Date(marks++).toISOString() : undefined;
      const query = mark ? updateOf(pick(pending).id, mark) : readOf(ids);
      const began = Date.now();
      const outcome = await ask(agent, gateway.url, query);
      operations.push({ began, ended: Date.now(), outcome, mark });
      await sleep(between(0, 20));
    }
  };
  const workers = Array.from({ length: WORKERS }, work);

  for (let kill = 0; kill < KILLS; kill++) {
    await sleep(between(1_300, 2_000));
    const outage = { from: Date.now(), to: Infinity };
    outages.push(outage);
    witness();
    await sandbox.stop();
    witness();
    await sleep(between(50, 700));
    sandbox = await startSandbox({ port, settings });
    outage.to = Date.now();
  }
  await sleep(1_500);
  running = false;
  await Promise.all(workers);
  witness();
  agent.destroy();
  await sandbox.stop();
  await gateway.stop();
  await sleep(100);
  const open = process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;

  const counts = {};
  for (const { outcome } of operations) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const lost = operations.filter(({ outcome }) => outcome === 'lost').length;
  const undisturbed = operations.filter(({ began, ended }) =>
    outages.every(({ from, to }) => ended < from || began > to + RECOVERY_MS),
  );
  const failed = undisturbed.filter(({ outcome }) => outcome !== 'answered').length;
  const slow = outages.filter(
    ({ to }) =>
      !operations.some(
        ({ began, ended, outcome }) => began >= to && ended <= to + RECOVERY_MS && outcome === 'answered',
      ),
  ).length;
  const twice = [...patches.values()].filter((times) => times > 1).length;
  const unapplied = operations.filter(
    ({ mark, outcome }) => mark && outcome === 'answered' && patches.get(mark) !== 1,
  );
  const unhandled = unhandledRejections();
  const leaked = open + unhandled;

  say(`operations ${operations.length}: ${tally(counts)}`);
  say(
    `faults ${KILLS}, updates sent ${patches.size}, operations that no fault touched ${undisturbed.length}`,
  );
  say(`lost ${lost}, leaked ${leaked}`);
  promise(lost === 0, `${lost} operations ended in no answer or coded error within their deadline`);
  promise(undisturbed.length > 0, 'no operation was left in peace');
  promise(failed === 0, `${failed} operations failed although the upstream was up`);
  promise(slow === 0, `${slow} times the gateway took longer than a second to recover`);
  promise(twice === 0, `${twice} updates were applied twice`);
  promise(unapplied.length === 0, `${unapplied.length} updates were answered and not applied once`);
  promise(leaked === 0, `${open} sockets and ${unhandled} rejections were left over`);
}

/** Applies load with faults, clients that leave, and a new token again and again. The heap must not grow with them. */
async function soak() {
  const child = spawn(process.execPath, ['dist/main.js', 'sandbox'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PORT: '0',
      LOG_LEVEL: 'error',
      SANDBOX_RATE_LIMIT: 'off',
      SANDBOX_TASKS: '300',
      SANDBOX_LATENCY_SPREAD_MS: '20',
      SANDBOX_ERROR_RATE: '0.02',
      SANDBOX_ERROR_STATUS: '503',
      SANDBOX_DROP_RATE: '0.02',
      SANDBOX_TRUNCATE_RATE: '0.02',
    },
  });
  let url;
  for await (const line of createInterface(child.stdout)) {
    url = /http\S+/.exec(line)?.[0];
    if (url) break;
  }
  const gateway = await gatewayInFrontOf(url, { SAIL_RATE_LIMIT: '2000/1s' });
  const list = await (await globalThis.fetch(`${url}/task-status/v1?limit=50`)).json();
  const ids = list.map(({ id }) => id);

  const counts = {};
  let running = true;
  let tokens = 0;
  const agent = new Agent({ keepAlive: true });
  const work = async () => {
    while (running) {
      const authorization =
        Math.random() < 0.3
          ? `Bearer e30.${Buffer.from(JSON.stringify({ client_id: `forged ${tokens++}` })).toString('base64url')}.x`
          : undefined;
      const leaveAfterMs = Math.random() < 0.1 ? between(0, 20) : undefined;
      const outcome = await ask(agent, gateway.url, readOf(ids), { authorization, leaveAfterMs });
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
  };
  const workers = Array.from({ length: WORKERS }, work);
  await sleep(SOAK_SECONDS * 250); // until code and pools are warm
  const heaps = [];
  for (let sample = 0; sample < 30; sample++) {
    await sleep((SOAK_SECONDS * 1_000) / 30);
    globalThis.gc();
    heaps.push(process.memoryUsage().heapUsed);
  }
  running = false;
  await Promise.all(workers);
  agent.destroy();
  await gateway.stop();
  child.kill();

  const third = heaps.length / 3;
  const mean = (part) => part.reduce((sum, each) => sum + each, 0) / part.length;
  const growth = mean(heaps.slice(-third)) / mean(heaps.slice(0, third));
  say(`soak of ${SOAK_SECONDS} s: ${tally(counts)}`);
  say(`heap after collection: last third ${growth.toFixed(3)} of the first`);
  promise((counts.lost ?? 0) === 0, `${counts.lost} operations of the soak were lost`);
  promise(growth <= 1.1, `the heap grew to ${growth.toFixed(3)} of what it was`);
  promise(unhandledRejections() === 0, `${unhandledRejections()} rejections were left over`);
}

await chaos();
await soak();
judge();
