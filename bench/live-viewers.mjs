// Holds subscriptions open over raw connections, and tells when each was sent what it waits for.
import { connect } from 'node:net';

const body = JSON.stringify({
  query: 'subscription { taskStatusChanged { changed { id state percentComplete } gone asOf stale } }',
});
const request = [
  'POST /graphql HTTP/1.1',
  'host: gateway',
  'accept: text/event-stream',
  'content-type: application/json',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n');

/** When each viewer was last sent a percentage, by that percentage. */
let told = new Map();
let viewers = 0;
let waiting;

function settle() {
  if (waiting && told.get(waiting)?.length === viewers) {
    process.send(told.get(waiting));
    told = new Map();
    waiting = undefined;
  }
}

function open(url) {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: url.hostname,
      port: url.port,
      localAddress: process.env.ADDRESS,
    });
    socket.on('error', reject);
    socket.on('data', (chunk) => {
      const text = chunk.toString();
      if (text.startsWith('HTTP') && !text.startsWith('HTTP/1.1 200')) reject(new Error(text));
      if (text.includes('event: next')) resolve();
      const [, percent] = /"percentComplete":(\d+)/.exec(text) ?? [];
      if (!percent) return;
      const times = told.get(Number(percent)) ?? [];
      times.push(Date.now());
      told.set(Number(percent), times);
      settle();
    });
    socket.write(request);
  });
}

process.send({ url: '' });
process.on('message', async ({ open: count, url, wait }) => {
  if (wait) {
    waiting = wait;
    settle();
    return;
  }
  for (let opened = 0; opened < count; opened += 100)
    await Promise.all(Array.from({ length: Math.min(100, count - opened) }, () => open(new URL(url))));
  viewers += count;
  process.send({ opened: count });
});
