import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const running: ChildProcess[] = [];

/** Ends whatever still runs. */
export function killAll(): void {
  for (const child of running.splice(0)) child.kill('SIGKILL');
}

/** A process, and what it wrote so far. */
export interface Run {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly exit: Promise<number | null>;
}

/** The built gateway as a process, with these variables only. */
export function run(env: Record<string, string>, ...args: string[]): Run {
  return runNode(env, 'dist/main.js', ...args);
}

/** The same with options of Node's in front. */
export function runNode(env: Record<string, string>, ...args: string[]): Run {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
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

/** The origin that the process prints once it serves. */
export async function address({ child, out, err }: Run): Promise<string> {
  while (!out().includes(' is ready: ')) {
    if (child.exitCode !== null) throw new Error(err());
    await Promise.race([once(child.stdout ?? child, 'data'), once(child, 'exit')]);
  }
  return new URL(/ready: (\S+)/.exec(out())?.[1] ?? '').origin;
}
