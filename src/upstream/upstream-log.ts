import type { PlainResponse } from 'got';
import type { Clock } from './clock.js';

/** Of an answer that is not the API's, how many characters are logged. */
const EXCERPT = 200;

const MINUTE_MS = 60_000;

/** How a transport tells what it sees. */
export type UpstreamLog = (details: object, message: string) => void;

/** Different reasons that are remembered. */
const MAX_REASONS = 100;

/** Tells of a reason whether it is to be logged: once a minute each. */
export function oncePerMinute(clock: Pick<Clock, 'now'>): (reason: string) => boolean {
  const last = new Map<string, number>();
  return (reason) => {
    const now = clock.now();
    if (now - (last.get(reason) ?? -Infinity) < MINUTE_MS) return false;
    if (last.size === MAX_REASONS) last.clear();
    last.set(reason, now);
    return true;
  };
}

/** What is logged of an answer that is not the API's: how its text begins, and where a redirect leads. */
export function foreignAnswer(
  { statusCode: status, headers }: Pick<PlainResponse, 'statusCode' | 'headers'>,
  text: string,
  secrets: readonly string[],
): object {
  const { location, 'content-type': contentType } = headers;
  const shown = (given: string): string => excerpt(given, secrets);
  return {
    status,
    ...(contentType !== undefined && { contentType: shown(contentType) }),
    ...(location !== undefined && { location: shown(withoutQuery(location)) }),
    ...(text !== '' && { text: shown(text) }),
  };
}

/** A page may echo what it was sent, as it is or as a URL or a form has it. */
export function excerpt(text: string, secrets: readonly string[]): string {
  let shown = text;
  for (const secret of secrets) {
    const inForm = new URLSearchParams([['', secret]]).toString().slice(1);
    for (const form of [secret, encodeURIComponent(secret), inForm]) shown = shown.replaceAll(form, '…');
  }
  return shown.slice(0, EXCERPT).replace(/\p{Cc}/gu, ' ');
}

function withoutQuery(location: string): string {
  const bare = location.split(/[?#]/, 1)[0] ?? '';
  if (!URL.canParse(bare)) return bare;
  const { origin, pathname } = new URL(bare);
  return origin === 'null' ? bare : origin + pathname;
}
