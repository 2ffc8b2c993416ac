// Starts the processes of a bench, and speaks with them: each sends `{ url }` when it is ready, and answers each message.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { scripts } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
/** Node's flags for the gateway, as `npm start` gives them. */
const flags = scripts.start.split(' ').filter((word) => word.startsWith('--'));
const children = [];
process.on('exit', stop);

const next = (child) =>
  new Promise((resolve, reject) => {
    const fail = (code) => reject(new Error(`${child.spawnargs.at(-1)} ended with ${code}`));
    child.once('exit', fail);
    child.once('message', (message) => {
      child.off('exit', fail);
      resolve(message);
    });
  });

export async function start(file, env = {}) {
  const child = fork(new URL(file, import.meta.url), [], {
    env: { ...process.env, LOG_LEVEL: 'info', ...env },
    execArgv: [...process.execArgv, ...(file === 'gateway.mjs' ? flags : [])],
    silent: true,
  });
  child.stderr.resume();
  child.stdout.resume();
  children.push(child);
  const { url } = await next(child);
  return { url, tell: (message) => (child.send(message), next(child)) };
}

export function stop() {
  for (const child of children.splice(0)) child.kill();
}
