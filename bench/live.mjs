// Measures subscriptions: memory and CPU of many viewers on one gateway, and how long a change takes to reach them.
//   npm run bench:live [-- --viewers 10000 --changes 20]
import { parseArgs } from 'node:util';
import { start, stop } from './children.mjs';

const { values: options } = parseArgs({
  options: { viewers: { type: 'string', default: '10000' }, changes: { type: 'string', default: '20' } },
});
const viewers = Number(options.viewers);
const changes = Number(options.changes);
const HOOK_TOKEN = 'token-of-the-live-bench';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const ms = (number) => `${Math.round(number)} ms`;
const quantile = (numbers, share) =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))];
const cpuOf = ({ cpu: { user, system } }) => (user + system) / 1000;
const spread = (numbers) =>
  `${ms(Math.min(...numbers))} · ${ms(quantile(numbers, 0.5))} · ${ms(Math.max(...numbers))}`;
const print = (line) => process.stdout.write(`${line}\n`);

try {
  const sandbox = await start('live-sandbox.mjs');
  const post = (action, body) =>
    fetch(`${sandbox.url}/__sandbox/${action}`, { method: 'POST', body: JSON.stringify(body) });
  await post('insert', { id: 'watched' });
  const gateway = await start('gateway.mjs', {
    SAIL_BASE_URL: sandbox.url,
    SAIL_API_VERSION: 'v2026',
    SAIL_ANONYMOUS: 'on',
    STREAM_LIMIT_PER_PRINCIPAL: String(viewers),
    HOOK_TOKEN,
    LOG_LEVEL: 'silent',
  });
  const halves = [
    await start('live-viewers.mjs', { ADDRESS: '127.0.0.2' }),
    await start('live-viewers.mjs', { ADDRESS: '127.0.0.3' }),
  ];
  let percent = 0;
  /** Changes a task. Returns the milliseconds after which each viewer was told. */
  async function change(action = 'progress', task = { id: 'watched' }, andThen) {
    percent += 1;
    const told = halves.map((half) => half.tell({ wait: percent }));
    const began = Date.now();
    await post(action, { ...task, percentComplete: percent });
    await andThen?.();
    return (await Promise.all(told)).flat().map((at) => at - began);
  }
  const hint = () =>
    fetch(`${gateway.url}/hooks/account-aggregation-completed`, {
      method: 'POST',
      headers: { authorization: `Bearer ${HOOK_TOKEN}`, 'content-type': 'application/json' },
      body: '{"source":{"id":"any"}}',
    });

  await halves[0].tell({ open: 1, url: gateway.url });
  await pause(2_000);
  const few = await gateway.tell({});
  await halves[0].tell({ open: viewers / 2 - 1, url: gateway.url });
  await halves[1].tell({ open: viewers / 2, url: gateway.url });
  await pause(3_000);
  const many = await gateway.tell({});
  print(`${viewers} viewers: ${((many.memory - few.memory) / 2 ** 20).toFixed(0)} MB more resident memory`);

  const spreads = [];
  const costs = [];
  const delays = [];
  for (let index = 0; index < changes; index++) {
    await pause(Math.random() * 2_000);
    const before = await gateway.tell({});
    const told = await change();
    const after = await gateway.tell({});
    // The polls of that time are part of it.
    costs.push(cpuOf(after) - cpuOf(before));
    spreads.push(Math.max(...told) - Math.min(...told));
    delays.push(...told);
  }
  print(
    `one change at ${viewers} viewers: from the first to the last ${spread(spreads)}, CPU ${spread(costs)}`,
  );
  print(
    `from an upstream change to a viewer: p50 ${ms(quantile(delays, 0.5))}, p95 ${ms(quantile(delays, 0.95))}`,
  );

  // With nothing but queued tasks, a poll comes every 10 s. A hint makes it come at once.
  await post('complete', { id: 'watched' });
  await pause(3_000);
  const hinted = [];
  for (let index = 0; index < changes / 2; index++) {
    await pause(1_500);
    hinted.push(...(await change('insert', { id: `queued ${index}`, launched: null }, hint)));
  }
  print(`after a hint: p50 ${ms(quantile(hinted, 0.5))}, p95 ${ms(quantile(hinted, 0.95))}`);
} finally {
  stop();
}
