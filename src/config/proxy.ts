import { BlockList } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';

/** The variables that name a proxy. */
type ProxyVariables = Readonly<
  Partial<Record<'HTTPS_PROXY' | 'https_proxy' | 'HTTP_PROXY' | 'http_proxy', string | undefined>>
>;

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Returns the URL of the forward proxy for calls to an origin, from `HTTPS_PROXY` or `HTTP_PROXY`; undefined for none.
 * Lower case wins. Without a scheme, the URL is `http://`. `NO_PROXY` is read from the process. Loopback hosts never
 * use a proxy.
 * @throws TypeError if it is not the URL of an HTTP proxy.
 */
export function proxyFor(origin: string, variables: ProxyVariables): string | undefined {
  const { HTTPS_PROXY, https_proxy = HTTPS_PROXY, HTTP_PROXY, http_proxy = HTTP_PROXY } = variables;
  const given = (proxyVariable(origin) === 'HTTPS_PROXY' ? https_proxy : http_proxy)?.trim();
  if (!given || isLoopback(new URL(origin).hostname) || getProxyForUrl(origin) === '') return undefined;
  const proxy = given.includes('://') ? given : `http://${given}`;
  if (isProxy(proxy)) return proxy;
  throw new TypeError('the URL of an HTTP proxy, such as http://proxy.example.com:3128');
}

/** Returns what is wrong with the proxy of an origin; undefined if nothing is, or if `origin` is not a URL. */
export function proxyProblem(
  origin: string | undefined,
  variables: ProxyVariables,
): { readonly path: string[]; readonly message: string } | undefined {
  if (origin === undefined || !URL.canParse(origin)) return undefined;
  try {
    proxyFor(origin, variables);
    return undefined;
  } catch (error) {
    return { path: [proxyVariable(origin)], message: (error as Error).message };
  }
}

/** Returns the variable that sets an origin's proxy. */
function proxyVariable(origin: string): 'HTTPS_PROXY' | 'HTTP_PROXY' {
  return origin.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
}

function isProxy(proxy: string): boolean {
  try {
    const { protocol, username, password } = new URL(proxy);
    decodeURIComponent(username + password);
    return protocol === 'http:' || protocol === 'https:';
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$|\.$/g, '');
  const isName = host === 'localhost' || host.endsWith('.localhost');
  return isName || loopback.check(host, host.includes(':') ? 'ipv6' : 'ipv4');
}
