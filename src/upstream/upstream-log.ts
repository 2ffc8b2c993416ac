import type { Clock } from './clock.js';

/** Of an answer that is not the API's, how many characters are logged. */
const EXCERPT = 200;

const MINUTE_MS = 60_000;

/** How a transport tells what it sees. */
export type UpstreamLog = (details: object, message: string) => void;

/** Different reasons that are remembered. */
const MAX_REASONS = 100;

/** Does for each reason what is to be done, once a minute. */
export function oncePerMinute(clock: Pick<Clock, 'now'>): (reason: string, act: () => void) => void {
  const last = new Map<string, number>();
  return (reason, act) => {
    const now = clock.now();
    if (now - (last.get(reason) ?? -Infinity) < MINUTE_MS) return;
    if (last.size === MAX_REASONS) last.clear();
    last.set(reason, now);
    act();
  };
}

/** What is logged of an answer that is not the API's: how its text begins, and where a redirect leads. */
export function foreignAnswer(
  status: number,
  contentType: string | undefined,
  location: string | undefined,
  text: string,
): object {
  return {
    status,
    ...(contentType !== undefined && { contentType: excerpt(contentType) }),
    ...(location !== undefined && { location: excerpt(withoutQuery(location)) }),
    ...(text !== '' && { text: excerpt(text) }),
  };
}

/** A page may echo the token that it was sent. */
function excerpt(text: string): string {
  return text
    .slice(0, EXCERPT)
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\bbearer \S+/giu, 'Bearer …');
}

function withoutQuery(location: string): string {
  const bare = location.split(/[?#]/, 1)[0] ?? '';
  if (!URL.canParse(bare)) return bare;
  const { origin, pathname } = new URL(bare);
  return origin === 'null' ? bare : origin + pathname;
}
