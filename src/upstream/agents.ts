import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { HttpsProxyAgent } from 'hpagent';
import { HttpProxyAgent } from 'http-proxy-agent';

/** Idle time after which a connection is closed, in milliseconds. A shorter time that the server announces wins. */
const IDLE_MS = 30_000;

/** Connections to the upstream, by the protocol of its origin. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/**
 * Keeps connections alive for the next call. If `proxy` is set, the URL of a forward proxy, all of them go through it.
 */
export function createAgents(proxy?: string): Agents {
  const options = { keepAlive: true, timeout: IDLE_MS };
  return proxy === undefined
    ? { http: new HttpAgent(options), https: new HttpsAgent(options) }
    : { http: new ForwardingAgent(proxy, options), https: new HttpsProxyAgent({ ...options, proxy }) };
}

/** Closes all connections. */
export function closeAgents({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}

/**
 * Only opens the connection: by then the path of the request is its whole URL. The library would write the head again,
 * and both would be sent, because got writes a body before there is a connection.
 */
class ForwardingAgent extends HttpProxyAgent<string> {
  override connect(): Promise<Socket> {
    const isSecure = this.proxy.protocol === 'https:';
    return Promise.resolve(isSecure ? connectTls(this.connectOpts) : connectTcp(this.connectOpts));
  }
}
