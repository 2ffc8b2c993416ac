import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { type Random } from './random.js';
import { type SandboxSettings } from './settings.js';

/** Shorter bodies are sent as they are, as nginx does by default. */
const minBytes = 20;

/** The fastest level of each, which is nginx's default too: a full page of rows takes milliseconds. */
const encoders = {
  gzip: (body: Buffer) => gzipSync(body, { level: 1 }),
  deflate: (body: Buffer) => deflateSync(body, { level: 1 }),
  br: (body: Buffer) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
} as const;

/** A content coding (RFC 9110, 8.4.1) that the sandbox can apply. */
export type Coding = keyof typeof encoders;

const codings = Object.keys(encoders) as Coding[];

/**
 * The coding to answer with; undefined for none.
 * @param accepted The request's `Accept-Encoding`. Without one, nothing is compressed.
 * @param random Decides between codings that the client likes equally.
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

/** The body in that coding; as it is where it is too short to gain from one. */
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
