/**
 * Lets viewers come and go while tasks live their lives and the upstream fails now and then. Prints figures, and exits
 * with 1 if a promise of docs/live.md was broken. `--short` is for every change.
 */
import { channel } from 'node:diagnostics_channel';
import { request } from 'node:http';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig, startGateway, startSandbox } from '../../dist/index.js';
import { between, judge, pick, promise, say, unhandledRejections } from './promises.mjs';

const short = process.argv.includes('--short');
const SECONDS = short ? 7 : 180;
/** How often everything stands still, and every viewer is compared with the upstream. */
const CHECK_SECONDS = short ? 3 : 15;
const VIEWERS = 60;
const PRINCIPALS = 6;
const TASKS = 30;
/** How long ended tasks are kept, so that there are not more and more. */
const KEPT_MS = 5_000;
/** A task that runs all the time, so that the interval is 2 s. */
const ANCHOR = 'anchor';
const INTERVAL_MS = 2_000;
/** The interval where nothing runs: as long may a poller be kept for the next viewer. */
const IDLE_INTERVAL_MS = 10_000;
/** How long an outage may be felt, with the interval, and some time for a busy machine. */
const SETTLE_MS = 12_000;
const HOOK_TOKEN = 'token-of-the-soak-of-viewers';

let warnings = 0;
process.on('warning', ({ name }) => (warnings += name === 'MaxListenersExceededWarning' ? 1 : 0));
const chance = (share) => Math.random() < share;

/** Timers that the gateway has set, and that have neither fired nor been cancelled. */
const timers = new Set();
function after(ms, callback) {
  const timer = setTimeout(() => {
    timers.delete(timer);
    callback();
  }, ms);
  timers.add(timer);
  return () => {
    clearTimeout(timer);
    timers.delete(timer);
  };
}

/** Connections that servers have accepted and that are not closed, by the port of the server. */
const connections = new Map();
channel('net.server.socket').subscribe(({ socket }) => {
  const { localPort } = socket;
  connections.set(localPort, (connections.get(localPort) ?? 0) + 1);
  socket.once('close', () => connections.set(localPort, connections.get(localPort) - 1));
});

const sandbox = await startSandbox({
  settings: { rateLimit: 'off', tasks: 0, latencyMs: 2, latencySpreadMs: 30, raceMs: 300 },
});
const reading = readConfig({
  PORT: '0',
  SAIL_BASE_URL: sandbox.url,
  SAIL_API_VERSION: 'v1',
  SAIL_RATE_LIMIT: '5000/1s',
  OPERATION_DEADLINE: '2s',
  LOG_LEVEL: 'silent',
  HOOK_TOKEN,
});
if ('problems' in reading) throw new Error(reading.problems.join('; '));
const gateway = await startGateway(reading.value, { after });
const port = Number(new URL(gateway.url).port);
const tokens = Array.from(
  { length: PRINCIPALS },
  (_, index) => `Bearer ${sandbox.token({ marker: `principal ${index}`, expiresInSeconds: 86_400 })}`,
);

const counts = { viewers: 0, events: 0, completed: 0, failed: 0, checks: 0, compared: 0 };
let calls = 0;
const takeCalls = () => {
  const { length } = sandbox.calls.splice(0);
  calls += length;
  return length;
};

/** A row as a viewer or the upstream shows it. */
const shown = ({ state, percentComplete, completionStatus }) =>
  `${state} ${percentComplete} ${completionStatus ?? ''}`;
const states = { SUCCESS: 'SUCCEEDED', ERROR: 'FAILED', WARNING: 'WARNED', TERMINATED: 'TERMINATED' };
const stateOf = ({ completionStatus, launched }) =>
  states[completionStatus] ?? (launched ? 'RUNNING' : 'QUEUED');
const hasPassed = (row) => row === 'gone' || !/^(?:RUNNING|QUEUED)/.test(row);
const upstream = () =>
  new Map(sandbox.tasks().map((task) => [task.id, shown({ ...task, state: stateOf(task) })]));
const isPending = ({ completed, completionStatus }) => completed === null && completionStatus === null;
const pending = () => sandbox.tasks().filter((task) => isPending(task) && task.id !== ANCHOR);

const QUERY = `subscription ($ids: [ID!]) {
  taskStatusChanged(ids: $ids) { changed { id state percentComplete completionStatus } gone stale }
}`;

/** A subscription over HTTP. `told` has the latest row of each task. */
class Viewer {
  told = new Map();
  state = 'opening';
  stale = false;
  #unread = '';

  constructor(ids, reads) {
    counts.viewers += 1;
    this.ids = ids;
    this.reads = reads;
    this.isSse = chance(0.5);
    const accept = this.isSse ? 'text/event-stream' : 'multipart/mixed;subscriptionSpec=1.0';
    const headers = { accept, authorization: pick(tokens), 'content-type': 'application/json' };
    this.sent = request(`${gateway.url}/graphql`, { method: 'POST', headers, agent: false }, (answer) => {
      if (answer.statusCode !== 200) this.#fail(`HTTP ${answer.statusCode}`);
      else if (this.reads) this.#read(answer);
      answer.on('error', () => undefined);
    });
    this.sent.on('error', () => undefined);
    this.closed = new Promise((resolve) => this.sent.on('close', resolve));
    this.sent.end(JSON.stringify({ query: QUERY, variables: { ids } }));
  }

  leave() {
    this.state = 'left';
    this.sent.destroy();
    return this.closed;
  }

  /** Returns what differs from the upstream, for a viewer who was told of something. */
  differences(rows) {
    const found = [];
    for (const [id, row] of this.told) {
      const now = rows.get(id);
      if (now === undefined ? !hasPassed(row) : row !== now) found.push(`${id}: "${row}" is "${now}"`);
    }
    for (const [id, row] of rows)
      if (!this.told.has(id) && (this.ids ? this.ids.includes(id) : !hasPassed(row)))
        found.push(`${id}: never told`);
    if (this.stale) found.push('stale');
    return found;
  }

  #read(answer) {
    answer.setEncoding('utf8');
    answer.on('data', (text) => {
      const frames = (this.#unread + text).split(this.isSse ? '\n\n' : '\r\n--graphql');
      this.#unread = frames.pop();
      for (const frame of frames) this.#take(frame);
      if (this.#unread.startsWith('--\r\n')) this.#complete();
    });
    answer.on('close', () => {
      if (this.state === 'open') promise(false, 'a stream was cut off');
    });
  }

  #take(frame) {
    if (frame === 'event: complete\ndata:') this.#complete();
    const [json] = /\{.*$/s.exec(frame) ?? [];
    if (json === undefined || json === '{}') return;
    const parsed = JSON.parse(json);
    const { data, errors } = this.isSse ? parsed : { ...parsed.payload, ...parsed };
    if (errors) return this.#fail(errors[0].extensions.code);
    counts.events += 1;
    if (this.state === 'opening') this.state = 'open';
    const { changed, gone, stale } = data.taskStatusChanged;
    this.stale = stale;
    for (const task of changed) {
      const before = this.told.get(task.id);
      promise(before === undefined || before === 'gone' || !hasPassed(before), `${task.id} had ended before`);
      this.told.set(task.id, shown(task));
    }
    for (const id of gone) this.told.set(id, 'gone');
  }

  #complete() {
    if (this.state === 'failed' || this.state === 'left') return;
    this.state = 'completed';
    counts.completed += 1;
    const open = this.ids?.filter((id) => !hasPassed(this.told.get(id) ?? 'RUNNING')) ?? ['all'];
    promise(open.length === 0, `a stream completed before ${open}`);
  }

  #fail(code) {
    this.state = 'failed';
    counts.failed += 1;
    promise(/^UPSTREAM_|^OVERLOADED$/.test(code), `a stream ended by ${code}`);
  }
}

let phase = 'busy';
const viewers = new Set();

/** Opens one viewer after the other. Nobody comes or goes while viewers are compared. */
async function comeAndGo() {
  while (phase !== 'over') {
    const ids = chance(0.4)
      ? [pick([...pending().map(({ id }) => id), 'unknown']), ...(chance(0.5) ? [ANCHOR] : [])]
      : undefined;
    const viewer = new Viewer(ids, chance(0.9));
    viewers.add(viewer);
    await Promise.race([sleep(chance(0.2) ? between(0, 50) : between(500, 10_000)), viewer.closed]);
    while (phase === 'quiet') await sleep(50);
    await viewer.leave();
    viewers.delete(viewer);
    await sleep(between(0, 100));
  }
}

let inserted = 0;
const endings = Object.keys(states);
const endedAt = new Map();

/** What may happen to a pending task, each with its chance where those before it did not happen. */
const steps = [
  [0.7, (id) => sandbox.progress(id)],
  [0.7, (id) => sandbox.complete(id, pick(endings))],
  [0.5, (id) => sandbox.remove(id)],
  [1, (id) => void send({ query: UPDATE, variables: { input: { id, patch: patchOf(pick(endings)) } } })],
];

/** One step in the life of the tasks. */
function live() {
  const open = pending();
  if (open.length < TASKS && chance(0.5))
    sandbox.insert({ id: `task ${inserted++}`, ...(chance(0.5) && { launched: null }) });
  const { id } = pick(open) ?? {};
  if (id === undefined) return;
  const [, step] = steps.find(([share]) => chance(share));
  step(id);
  for (const task of sandbox.tasks())
    if (!isPending(task) && !endedAt.has(task.id)) endedAt.set(task.id, Date.now());
  for (const [ended, at] of endedAt)
    if (Date.now() - at > KEPT_MS) {
      endedAt.delete(ended);
      sandbox.remove(ended);
    }
}

const UPDATE =
  'mutation ($input: UpdateTaskStatusInput!) { updateTaskStatus(input: $input) { taskStatus { id } } }';
const patchOf = (status) => [
  { op: 'REPLACE', path: '/completed', value: new Date().toISOString() },
  { op: 'REPLACE', path: '/completionStatus', value: status },
];
const send = (body, path = '/graphql', authorization = pick(tokens)) =>
  fetch(`${gateway.url}${path}`, {
    method: 'POST',
    headers: { authorization, connection: 'close', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then((answer) => answer.text());
const hint = () =>
  send({ source: { id: 'any' } }, '/hooks/account-aggregation-completed', `Bearer ${HOOK_TOKEN}`);

async function happen() {
  let outageEnds = 0;
  let outages = 0;
  while (phase !== 'over') {
    await sleep(20);
    const now = Date.now();
    if (phase === 'quiet') outageEnds = 0;
    else {
      live();
      if (chance(0.02)) void hint();
      if (outageEnds < now && chance(0.004)) {
        outageEnds = now + between(100, 3_000);
        outages += 1;
      }
    }
    sandbox.configure(
      outageEnds > now ? { errorRate: 0.7, errorStatus: 503, dropRate: 0.1 } : { errorRate: 0, dropRate: 0 },
    );
    takeCalls();
  }
  return outages;
}

/** Stands still until every viewer was told what the upstream has, or that takes too long. */
async function compare() {
  phase = 'quiet';
  counts.checks += 1;
  const until = Date.now() + SETTLE_MS;
  const readers = () => [...viewers].filter(({ reads, state }) => reads && state === 'open');
  let wrong;
  do {
    await sleep(100);
    const rows = upstream();
    wrong = readers().flatMap((viewer) => viewer.differences(rows));
  } while (wrong.length > 0 && Date.now() < until);
  counts.compared += readers().length;
  promise(wrong.length === 0, `${wrong.length} rows were never told: ${wrong.slice(0, 5).join(', ')}`);
  phase = 'busy';
}

sandbox.insert({ id: ANCHOR });
const slots = Array.from({ length: VIEWERS }, comeAndGo);
const happened = happen();
await sleep(SECONDS * 250); // until code and pools are warm
const heaps = [];
const ends = Date.now() + SECONDS * 1_000;
let nextCheck = Date.now() + CHECK_SECONDS * 1_000;
while (Date.now() < ends) {
  await sleep(500);
  globalThis.gc();
  heaps.push(process.memoryUsage().heapUsed);
  if (Date.now() < nextCheck) continue;
  await compare();
  nextCheck = Date.now() + CHECK_SECONDS * 1_000;
}
phase = 'over';
const outages = await happened;
for (const viewer of viewers) await viewer.leave();
await Promise.all(slots);

// An interval, and what a call in flight may take.
await sleep(INTERVAL_MS + 1_000);
takeCalls();
await sleep(IDLE_INTERVAL_MS);
const late = takeCalls();
const left = { timers: timers.size, connections: connections.get(port) };
await gateway.stop();
await sandbox.stop();
await sleep(100);
const open = process.getActiveResourcesInfo().filter((name) => /^TCP/.test(name)).length;

const third = Math.floor(heaps.length / 3);
const mean = (part) => part.reduce((sum, each) => sum + each, 0) / part.length;
const [first, last] = [mean(heaps.slice(0, third)), mean(heaps.slice(-third))];
const growth = last / first;
const unhandled = unhandledRejections();
const megabytes = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

say(`${counts.viewers} viewers of ${PRINCIPALS} principals in ${SECONDS} s, ${VIEWERS} at a time`);
say(
  `events ${counts.events}, streams completed ${counts.completed}, ended by an error ${counts.failed}, tasks ${inserted}, outages ${outages}, upstream calls ${calls}`,
);
say(`compared ${counts.compared} viewers with the upstream, in ${counts.checks} checks`);
say(
  `heap after collection: ${megabytes(first)} in the first third, ${megabytes(last)} in the last: ${growth.toFixed(3)}`,
);
say(
  `left over: timers ${left.timers}, connections ${left.connections}, calls ${late}, sockets ${open}, rejections ${unhandled}, warnings ${warnings}`,
);
promise(counts.compared > 0 && counts.completed > 0, 'there was nothing to compare');
promise(growth <= 1.1, `the heap grew to ${growth.toFixed(3)} of what it was`);
promise(late === 0, `${late} calls were made although nobody watched`);
promise(left.timers === 0, `${left.timers} timers were left when nobody watched`);
promise(left.connections === 0, `${left.connections} connections were left when nobody watched`);
promise(open + unhandled + warnings === 0, `${open} sockets, ${unhandled} rejections, ${warnings} warnings`);
judge();
