import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const running: ChildProcess[] = [];

/** Kills all processes that still run. */
export function killAll(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

/** A process and its output so far. */
export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | null>;
}

/** Starts the built gateway as a process, with only these variables and `PATH`. */
export function run(env: Record<string, string>, ...args: string[]): Run {
  return runNode(env, 'dist/main.js', ...args);
}

/** Like `run`, in a folder that can have a `.env`. */
export function runIn(folder: string, env: Record<string, string>, ...args: string[]): Run {
  return runCommand([process.execPath, resolve('dist/main.js'), ...args], env, folder);
}

/** Starts Node with any arguments, such as options before `dist/main.js`. */
export function runNode(env: Record<string, string>, ...args: string[]): Run {
  return runCommand([process.execPath, ...args], env);
}

/** Starts any command, with only these variables and `PATH`. */
export function runCommand(command: readonly string[], env: Record<string, string>, cwd = '.'): Run {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd, env: { PATH: process.env['PATH'] ?? '', ...env } });
  running.push(child);
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => (out += String(chunk)));
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  return {
    child,
    out: () => out,
    err: () => err,
    exit: once(child, 'exit').then(([code]) => code as number | null),
  };
}

/** Returns the origin that the process prints when it is ready. */
export async function address(run: Run): Promise<string> {
  await written(run, 'out', ' is ready: ');
  return new URL(/ready: (\S+)/.exec(run.out())?.[1] ?? '').origin;
}

/** Waits until the process has written a text. @throws Error with its standard error if it exits before. */
export async function written(run: Run, where: 'out' | 'err', text: string): Promise<void> {
  const stream = where === 'out' ? run.child.stdout : run.child.stderr;
  while (!run[where]().includes(text)) {
    if (run.child.exitCode !== null) throw new Error(run.err());
    await Promise.race([once(stream ?? run.child, 'data'), once(run.child, 'exit')]);
  }
}
