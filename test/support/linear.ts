import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { startGatewayOn } from './pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';

/** Length of a text, in characters. At 1 µs per step, linear work takes 0.3 seconds, and quadratic work a day. */
export const LENGTH = 300_000;

/** Length of a header, in characters. Node accepts 16 KiB of request line and headers. */
export const HEADER_LENGTH = 15_000;

/** Maximum number of measurements. The shortest one counts, because other processes can hold up this one. */
const TRIES = 5;

/** If the first measurement takes longer than this, it isn't repeated. */
const HOPELESS_MS = 3_000;

/** Sends a request to a gateway in this process. */
type Ask = () => Promise<unknown>;

/** Returns how long a request holds up the event loop at most, in ms. Repeats until that is no more than `enough`. */
async function heldUp(ask: Ask, enough: number): Promise<number> {
  let least = Infinity;
  for (let tries = 0; tries < TRIES && least > enough && !(least > HOPELESS_MS && tries > 0); tries++) {
    const histogram = monitorEventLoopDelay({ resolution: 1 });
    histogram.enable();
    const before = process.cpuUsage();
    await ask();
    await delay(5);
    const { user, system } = process.cpuUsage(before);
    histogram.disable();
    // It is not held up for longer than this process computes. The rest is due to other processes.
    least = Math.min(least, histogram.max / 1e6, (user + system) / 1e3);
  }
  return least;
}

const bounds = new Map<Ask, number>();

/**
 * Asserts that `ask` holds up the event loop for at most 100 ms, or 20 times as long as `plain` if that is more.
 * `plain` is a harmless request of the same length.
 */
export async function expectLinear(plain: Ask, ask: Ask, what: string): Promise<void> {
  let bound = bounds.get(plain);
  if (bound === undefined) {
    await plain(); // warms up
    bounds.set(plain, (bound = Math.max(100, 20 * (await heldUp(plain, 0)))));
  }
  const took = await heldUp(ask, bound);
  if (process.env['LINEAR_SHOW'])
    process.stdout.write(`${took.toFixed(1)} of ${bound.toFixed(1)} ms: ${what}\n`);
  if (took > bound)
    throw new Error(`${what} took ${took.toFixed()} ms, and not ${bound.toFixed()} at the most`);
}

/** Posts a body. Asserts that the answer is not a 5xx. */
export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(reply.status).toBeLessThan(500);
  await reply.arrayBuffer();
}

/** Repeats a piece up to the length. */
export function fill(piece: string, length = LENGTH): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/** Joins different pieces, until they reach `LENGTH` or there are `most` of them. */
export function series(piece: (index: number) => string, most = Infinity): string {
  const pieces: string[] = [];
  for (let size = 0, index = 0; size < LENGTH && index < most; index++) {
    const next = piece(index);
    pieces.push(next);
    size += next.length;
  }
  return pieces.join('');
}

/** Returns `count` values, each made from its index. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** URLs of gateways in this process. `open` serves every operation, `listed` only persisted documents. */
export interface Gateways {
  readonly open: string;
  readonly listed: string;
  readonly upstream: ScriptedUpstream;
  readonly stop: () => Promise<void>;
}

export async function startGateways(): Promise<Gateways> {
  const folder = mkdtempSync(join(tmpdir(), 'linear-'));
  const manifest = join(folder, 'manifest.json');
  const operations = [{ id: 'a', name: 'A', type: 'query', body: 'query A { __typename }' }];
  writeFileSync(
    manifest,
    JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations }),
  );
  const upstream = await startScriptedUpstream();
  const open = await startGatewayOn(upstream.url, 'v1', undefined, {
    CORS_ORIGINS: 'https://app.example.com',
  });
  const listed = await startGatewayOn(upstream.url, 'v1', undefined, { PERSISTED_OPERATIONS: manifest });
  rmSync(folder, { recursive: true });
  return {
    open: open.url,
    listed: listed.url,
    upstream,
    stop: async () => {
      await Promise.all([open.stop(), listed.stop()]);
      await upstream.stop();
    },
  };
}
