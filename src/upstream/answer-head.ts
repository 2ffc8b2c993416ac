import type { UpstreamErrorDetails } from './upstream-error.js';

/** Maximum of the vendor's int32. */
const MAX_INT = 2 ** 31 - 1;

/** Returns all values of a header, in order. Node's `headers` drops or joins repeated ones. `name` is in lower case. */
export function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/**
 * Reads `Retry-After` in either of its forms (RFC 9110, 10.2.3), in seconds, rounded up. Of several values, the longest
 * counts. Undefined if there is none that can be read.
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

/**
 * Reads `X-Total-Count`. Null if it was not sent, is not a count that fits an int32, or was sent with different values.
 */
export function totalCount(values: readonly string[]): number | null {
  const [text = '', ...others] = new Set(values);
  const total = others.length === 0 && /^\d{1,10}$/.test(text) ? Number(text) : Infinity;
  return total <= MAX_INT ? total : null;
}

/** Returns what the head of an answer says about a failed call. */
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
 * Whether an answer is the API's, not an intermediary's: a page, plain text, a redirect. The content type decides.
 * Without one, returns `isJson`: whether the body is JSON or empty; undefined if that is not known yet.
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
