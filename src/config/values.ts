import { z } from 'zod';
import { readOperationManifest, type OperationManifest } from '../operation-manifest.js';

/** Maximum delay of a timer of Node.js, in milliseconds. A longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Default share of the connections that streams may hold. Queries and health checks need the others. */
export const STREAM_SHARE = 4 / 5;

/** Value of SAIL_BASE_URL for the embedded sandbox, with made-up tasks. */
export const SANDBOX = 'sandbox';

/** The message of each completes "must be …". */
export const port = z
  .string()
  .refine(
    (text) => /^\d{1,5}$/.test(text) && Number(text) <= 65_535,
    'a port number from 0 (any free port) to 65535',
  )
  .transform(Number);
export const host = z
  .string()
  .regex(/^[\w.:-]+$/, 'a host name or address to listen on, such as 127.0.0.1 or 0.0.0.0');
export const onOff = z.enum(['on', 'off'], '"on" or "off"').transform((text) => text === 'on');

export const rateLimit = z
  .string()
  .regex(/^(?:off|[1-9]\d{0,5}\/[1-9]\d{0,3}s)$/, '"off", or calls and seconds such as 100/10s')
  .transform((text) => {
    const [calls = '', seconds = ''] = text.split('/');
    return text === 'off' ? undefined : { calls: Number(calls), windowMs: parseInt(seconds, 10) * 1000 };
  });

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const toMs = (text: string): number => parseInt(text, 10) * (unitMs[text.replace(/^\d+/, '')] ?? NaN);

/** In milliseconds. */
export const duration = z
  .string()
  .refine(
    (text) => /^[1-9]\d{0,9}(?:ms|s|m|h)$/.test(text) && toMs(text) <= MAX_TIMER_MS,
    'a duration such as 500ms, 15s, 10m or 24h, of 24 days at most',
  )
  .transform(toMs);

export function amount(what: string): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  return z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `a number of ${what} from 1 to 999999999`)
    .transform(Number);
}

export const secret = z
  .string()
  .regex(/^[!-~]{16,}$/, 'a secret of 16 or more letters, digits and signs, without spaces');

/** OAuth's own rule (RFC 6749, appendix A): anything else would be sent changed, or not at all. */
export const clientCredential = z
  .string()
  .regex(/^[ -~]+$/, 'printable ASCII characters, without line ends and other control characters');

/** The origin of an upstream, or "sandbox". */
export const upstream = z.string().transform((text, context): string => {
  if (text === SANDBOX) return text;
  const rule = wrongHost(text) ?? (isOrigin(text) ? undefined : ORIGIN_RULE);
  if (rule === undefined) return new URL(text).origin;
  context.addIssue({ code: 'custom', message: rule });
  return z.NEVER;
});

const ORIGIN_RULE =
  'an origin without a path, such as https://tenant.api.identitynow.com: the gateway appends the path; or "sandbox"';

/** SailPoint's domains. Their APIs are at `{tenant}.api.{domain}`. */
const sailPoint = /(?:^|\.)(?:identitynow|identitynow-demo|sailpoint|sailpointfedramp)\.com$/;

/**
 * Returns what is wrong with a SailPoint host: it serves pages, not the API, or would be called without TLS. Undefined
 * for any other host.
 */
function wrongHost(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { protocol, hostname } = new URL(text);
  const name = hostname.replace(/\.$/, '');
  if (!sailPoint.test(name)) return undefined;
  const [tenant = '', ...domain] = name.split('.');
  if (!domain.includes('api')) {
    const [first] = domain;
    const base = domain.filter((label) => label !== 'login').join('.');
    const hasTenant = tenant !== 'api' && base !== 'com' && (first === 'login' || base !== 'sailpoint.com');
    const api = hasTenant && base !== 'sailpoint.com' ? base : 'identitynow.com';
    return `the origin of the API, which is not that of the pages: https://${hasTenant ? tenant : 'tenant'}.api.${api}`;
  }
  return protocol === 'https:' ? undefined : 'an origin with https: tokens would go in the clear';
}

export const origins = z
  .string()
  .transform((text) => text.split(',').map((origin) => origin.trim()))
  .refine(
    (all) => all.every(isOrigin),
    'exact origins without a path, separated by commas, such as https://app.example.com,http://localhost:3000',
  )
  .transform((all) => all.map((origin) => new URL(origin).origin));

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  const bare = pathname === '/' && `${search}${hash}${username}${password}` === '';
  return bare && (protocol === 'https:' || protocol === 'http:');
}

export const manifest = z.string().transform((path, context): OperationManifest => {
  try {
    return readOperationManifest(path);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
});
