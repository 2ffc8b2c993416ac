import type { PlainResponse } from 'got';
import type { Clock } from './clock.js';

/** Maximum characters of an excerpt. */
const EXCERPT = 200;

const MINUTE_MS = 60_000;

/** Logs a warning of the pipeline. */
export type UpstreamLog = (details: object, message: string) => void;

/** Maximum reasons to remember. After that, all are dropped. */
const MAX_REASONS = 100;

/** Returns a function that tells whether to log a reason: at most once a minute each. */
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

/** Returns what is logged of an answer that is not the API's: the start of its text, and the target of a redirect. */
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

/** Masks secrets, and shortens. A page might echo what it was sent: as it is, or encoded for a URL or a form. */
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
