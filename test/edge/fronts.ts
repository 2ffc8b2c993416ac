import { run, address, type Run } from '../support/process.js';
import type { Certificate } from './certificates.js';
import { startNginx, type Server } from './servers.js';

/** A gateway as a process. */
export interface GatewayProcess {
  readonly url: string;
  readonly process: Run;
  /** Stops it by SIGTERM, as a platform does, and waits for its exit. */
  stop(): Promise<void>;
}

/** Starts the built gateway with these settings. The shell's variables don't reach it. */
export async function startGatewayProcess(environment: Record<string, string>): Promise<GatewayProcess> {
  const process = run({
    PORT: '0',
    SAIL_ANONYMOUS: 'on',
    SAIL_RATE_LIMIT: 'off',
    LAG_LIMIT: '60000ms',
    ...environment,
  });
  return {
    url: await address(process),
    process,
    async stop() {
      process.child.kill('SIGTERM');
      await process.exit;
    },
  };
}

/** Answers that nginx sends itself, by name. The token `page-<name>` asks for one. */
export const pages = {
  forbidden: 'return 403',
  missing: 'return 404',
  unauthorized: 'return 401',
  limited: 'return 429',
  signIn: `return 200 '<html><title>Sign in</title></html>'`,
  redirect: 'return 302 https://login.tenant.test/authorize?state=hunter2',
  moved: 'return 308 https://elsewhere.test/',
  badGateway: 'return 502',
  unavailable: 'return 503',
  timeout: 'return 504',
  unknown: `return 520 '<html><title>520</title></html>'`,
  closed: 'return 444',
} as const;

/** Returns the `Authorization` header that asks for one of them. */
export const asking = (page: keyof typeof pages): { authorization: string } => ({
  authorization: `Bearer page-${page}`,
});

/** Starts nginx with TLS in front of an API, as in front of a tenant. It waits two seconds for an answer. */
export function startTlsFront(origin: string, { certificate, key }: Certificate): Promise<Server> {
  const choices = Object.entries(pages).map(
    ([name, answer]) => `if ($http_authorization = 'Bearer page-${name}') { ${answer}; }`,
  );
  return startNginx(
    (port) => `
      upstream api { server ${new URL(origin).host}; keepalive 16; }
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${certificate};
        ssl_certificate_key ${key};
        keepalive_requests 20;
        location / {
          ${choices.join('\n')}
          # nginx compresses itself.
          proxy_set_header Accept-Encoding '';
          proxy_read_timeout 2s;
          proxy_pass http://api;
        }
      }`,
  );
}

/** Starts nginx in front of a gateway. */
export function startPlainFront(origin: string): Promise<Server> {
  return startNginx(
    (port) => `
      upstream gateway { server ${new URL(origin).host}; keepalive 16; }
      server {
        listen 127.0.0.1:${port};
        location / {
          proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
          proxy_set_header X-Forwarded-Proto https;
          proxy_set_header X-Forwarded-Host $http_host;
          proxy_buffering on;
          proxy_pass http://gateway;
        }
      }`,
  );
}
