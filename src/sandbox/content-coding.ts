import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { type Random } from './random.js';
import { type SandboxSettings } from './settings.js';

/** Minimum length of a body to compress, in bytes. Also nginx's default. */
const minBytes = 20;

/** The fastest level of each, like nginx's default for gzip. A full page of rows takes milliseconds. */
const encoders = {
  gzip: (body: Buffer) => gzipSync(body, { level: 1 }),
  deflate: (body: Buffer) => deflateSync(body, { level: 1 }),
  br: (body: Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
} as const;

/** A content coding (RFC 9110, 8.4.1) that the sandbox can apply. */
export type Coding = keyof typeof encoders;

const codings = Object.keys(encoders) as Coding[];

/**
 * Returns the coding to answer with. Undefined to send the body as it is.
 * @param accepted The request's `Accept-Encoding`. If undefined, nothing is compressed.
 * @param random Chooses between codings that the client prefers equally.
 */
export function chooseCoding(
  accepted: string | undefined,
  compress: SandboxSettings['compress'],
  random: Random,
): Coding | undefined {
  if (accepted === undefined || compress === 'off') return undefined;
  const weights = toWeights(accepted);
  const weightOf = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const offered = compress === 'auto' ? codings : [compress];
  const best = Math.max(...offered.map(weightOf));
  if (best === 0 || best < (weights.get('identity') ?? 0)) return undefined;
  return random.pick(offered.filter((coding) => weightOf(coding) === best));
}

/** Encodes a body. Returns it as it is if `coding` is undefined or the body is shorter than `minBytes`. */
export function encode(body: Buffer, coding: Coding | undefined): Buffer {
  return coding === undefined || body.length < minBytes ? body : encoders[coding](body);
}

function toWeights(accepted: string): Map<string, number> {
  const weights = new Map<string, number>();
  for (const part of accepted.toLowerCase().split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim());
    const weight = parameters.find((text) => text.startsWith('q='))?.slice(2) ?? '1';
    weights.set(name.replace(/^x-/, ''), Number(weight) || 0);
  }
  return weights;
}
