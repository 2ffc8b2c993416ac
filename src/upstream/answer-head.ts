import type { UpstreamErrorDetails } from './upstream-error.js';

/** What the vendor's int32 holds. */
const MAX_INT = 2 ** 31 - 1;

/** All values of a header, in order. Node's `headers` drops or joins those that are repeated. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/**
 * Reads `Retry-After` in either of its forms (RFC 9110, 10.2.3); undefined where there is none. A part of a second
 * counts as a whole one, and of several values the longest counts.
 */
export function retryAfterSeconds(values: readonly string[], nowMs: number): number | undefined {
  const seconds = values.flatMap((value) => {
    const list = /[a-z]/i.test(value) ? [value] : value.split(',');
    return list.flatMap((each) => secondsOf(each.trim(), nowMs) ?? []);
  });
  return seconds.length === 0 ? undefined : Math.max(...seconds);
}

function secondsOf(value: string, nowMs: number): number | undefined {
  if (/^\d{1,9}(?:\.\d{1,9})?$/.test(value)) return Math.ceil(Number(value));
  const date = /^[a-z]{3,9}, \d/i.test(value) ? Date.parse(value) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - nowMs) / 1000));
}

/** Reads `X-Total-Count`; null where it was not sent, is no count, or was sent twice and differs. */
export function totalCount(values: readonly string[]): number | null {
  const [text = '', ...others] = new Set(values);
  const total = others.length === 0 && /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  return total <= MAX_INT ? total : null;
}

/** What an answer's head tells of a failed call. */
export function headDetails(
  status: number,
  rawHeaders: readonly string[],
  nowMs: number,
): Pick<UpstreamErrorDetails, 'status' | 'requestId' | 'retryAfterSeconds'> {
  const [requestId] = valuesOf(rawHeaders, 'slpt-request-id');
  const retryAfter = retryAfterSeconds(valuesOf(rawHeaders, 'retry-after'), nowMs);
  return {
    status,
    ...(requestId !== undefined && { requestId }),
    ...(retryAfter !== undefined && { retryAfterSeconds: retryAfter }),
  };
}

/**
 * Whether an answer is the API's, or an intermediary's: a page, a plain text, a redirect. The content type decides;
 * without one it is undefined, or by whether the body `isJson` or empty.
 */
export function isOwnAnswer(
  status: number,
  contentType: string | undefined,
  isJson?: boolean,
): boolean | undefined {
  if (status >= 300 && status <= 399) return false;
  const [type = ''] = (contentType ?? '').split(';', 1);
  const essence = type.trim().toLowerCase();
  if (essence === '') return isJson;
  return essence === 'application/json' || /^[\w.!#$&^+-]{1,100}\/[\w.!#$&^+-]{0,100}\+json$/.test(essence);
}
