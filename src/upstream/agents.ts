import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** Closes a connection that was idle for this long. A server that announces less is heeded. */
const IDLE_MS = 30_000;

/** Connections to the upstream, by the protocol of its origin. */
export interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

/** Keeps connections alive for the next call. With `proxy`, the URL of a forward proxy, all of them go through it. */
export function createAgents(proxy?: string): Agents {
  const options = { keepAlive: true, timeout: IDLE_MS };
  return proxy === undefined
    ? { http: new HttpAgent(options), https: new HttpsAgent(options) }
    : {
        http: new HttpProxyAgent(proxy, options),
        https: new HttpsProxyAgent(proxy, options),
      };
}

/** Closes all connections. */
export function closeAgents({ http, https }: Agents): void {
  http.destroy();
  https.destroy();
}
