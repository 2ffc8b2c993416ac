import { STATUS_CODES } from 'node:http';
import { type Answer } from '../api/answer.js';
import { type SandboxSettings } from '../settings.js';

/** Statuses whose answers have no body. */
const bodiless: readonly number[] = [204, 205, 304];

const contentTypes = {
  html: { 'Content-Type': 'text/html' },
  text: { 'Content-Type': 'text/plain; charset=UTF-8' },
  untyped: {},
} as const;

const signIn =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head>\n<body><form method="post" action="/login">' +
  '<input name="user"><input name="password" type="password"><button>Sign in</button></form></body></html>\n';

/** Returns a page, as an intermediary sends it in place of the API's answer. */
export function pageAnswer(
  status: number,
  type: SandboxSettings['pageType'],
  { origin, retryAfterSeconds }: { readonly origin: string; readonly retryAfterSeconds: number },
): Answer {
  return {
    status,
    headers: {
      ...contentTypes[type],
      ...(status >= 300 && status < 400 ? { Location: `${origin}/redirected?from=task-status` } : {}),
      ...(status === 429 ? { 'Retry-After': String(retryAfterSeconds) } : {}),
    },
    body: bodiless.includes(status) ? '' : type === 'text' ? textFor(status) : htmlFor(status),
  };
}

function textFor(status: number): string {
  return status === 200 ? 'Please sign in first.\n' : `error code: ${status === 403 ? 1010 : status}\n`;
}

function htmlFor(status: number): string {
  if (status === 200) return signIn;
  const title = `${status} ${STATUS_CODES[status] ?? 'Unknown Error'}`;
  return (
    `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n` +
    `<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  );
}
