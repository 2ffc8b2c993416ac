import { BlockList } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * The URL of the forward proxy for calls to an origin, by the process's `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, or
 * lower case. Undefined is none: loopback hosts are always asked directly.
 * @throws TypeError where it is no URL of an HTTP proxy.
 */
export function proxyFor(origin: string): string | undefined {
  if (isLoopback(new URL(origin).hostname)) return undefined;
  const proxy = getProxyForUrl(origin);
  if (proxy === '') return undefined;
  if (URL.canParse(proxy) && /^https?:$/.test(new URL(proxy).protocol)) return proxy;
  throw new TypeError('the URL of an HTTP proxy, such as http://proxy.example.com:3128');
}

/** The variable by which an origin's proxy is set. */
export function proxyVariable(origin: string): 'HTTPS_PROXY' | 'HTTP_PROXY' {
  return origin.startsWith('https:') ? 'HTTPS_PROXY' : 'HTTP_PROXY';
}

function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  const isName = host === 'localhost' || host.endsWith('.localhost');
  return isName || loopback.check(host, host.includes(':') ? 'ipv6' : 'ipv4');
}
