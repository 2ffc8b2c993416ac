import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { startGatewayOn } from './pair.js';
import { startScriptedUpstream, type ScriptedUpstream } from './scripted-upstream.js';

/** Characters of a text. What takes a microsecond for each of them takes a third of a second; what is quadratic, a day. */
export const LENGTH = 300_000;

/** Node takes 16 KiB of a request's line and headers. */
export const HEADER_LENGTH = 15_000;

/** So often is measured at the most, since other processes may hold up this one at any time: the least counts. */
const TRIES = 5;

/** What takes that long isn't tried again, whatever else the machine does. */
const HOPELESS_MS = 3_000;

/** What is asked of a gateway in this process. */
type Ask = () => Promise<unknown>;

/** How long the event loop is held up by one asking at the most, in milliseconds. */
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
    // It is not held up for longer than the process computes: beyond that, other processes did.
    least = Math.min(least, histogram.max / 1e6, (user + system) / 1e3);
  }
  return least;
}

const bounds = new Map<Ask, number>();

/** Asserts that it holds up the event loop for twenty times as long as something plain of its length at the most, or 100 ms. */
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

/** Posts a body; whatever is wrong with it, it is answered as a client's. */
export async function post(url: string, body: string, headers: Record<string, string> = {}): Promise<void> {
  const reply = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  expect(reply.status).toBeLessThan(500);
  await reply.arrayBuffer();
}

/** As many of a piece as make up the length. */
export function fill(piece: string, length = LENGTH): string {
  return piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
}

/** The same of pieces that differ. */
export function series(piece: (index: number) => string, most = Infinity): string {
  const pieces: string[] = [];
  for (let size = 0, index = 0; size < LENGTH && index < most; index++) {
    const next = piece(index);
    pieces.push(next);
    size += next.length;
  }
  return pieces.join('');
}

/** So many values, each by its index. */
export function many<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

/** Gateways in this process by their addresses: one that serves every operation, and one that serves those of a list. */
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
