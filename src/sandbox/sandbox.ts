import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { mintToken } from './auth/access-token.js';
import { mainClient, sandboxClients } from './auth/clients.js';
import { answerControl, isControl } from './control.js';
import { deliver } from './delivery.js';
import { exchange, readBody } from './exchange.js';
import { Random } from './random.js';
import { type SandboxSettings, changeSettings, defaultSettings } from './settings.js';
import { type SandboxTask, rowAt } from './tasks/task.js';
import { type SandboxCall, World } from './world.js';

export { type SandboxTask } from './tasks/task.js';
export { type SandboxSettings } from './settings.js';
export { type SandboxCall } from './world.js';

/** How to start a sandbox. */
export interface SandboxOptions {
  /** Default 0, which takes any free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default: `defaultSettings`. */
  readonly settings?: Partial<SandboxSettings>;
  /** Returns epoch ms. Default `Date.now`. Only latency uses the real clock. */
  readonly now?: () => number;
}

/** What a token contains. By default, it is a token of the main client. */
interface TokenWishes {
  /** Default `sandbox`. A known client also sets the defaults of `level`, `scope` and `user`. */
  readonly clientId?: string;
  /** User level, such as `HELPDESK`. */
  readonly level?: string;
  readonly scope?: readonly string[];
  /** False for a token without a user. */
  readonly user?: boolean;
  /** Default: `tokenSeconds`. Negative for an expired token. */
  readonly expiresInSeconds?: number;
  /** The `user_name` of a token with a user, to tell callers apart. */
  readonly marker?: string;
}

/** A running sandbox. */
export interface Sandbox {
  /** Origin, such as `http://127.0.0.1:4010`. */
  readonly url: string;
  /** The latest 10000 calls of the API since the last reset, in order of arrival. */
  readonly calls: SandboxCall[];
  /** Returns every task that the API can return now, newest first, without faults of the data. */
  tasks(): readonly SandboxTask[];
  /** Changes some settings. @throws RangeError naming every bad one. Then none is changed. */
  configure(patch: Partial<SandboxSettings>): void;
  /** Adds a task, by default running since now. It is finished if it has a `completionStatus`. */
  insert(task: Partial<SandboxTask>): SandboxTask;
  /** Launches a task, and sets fields of it: by default, its percentage is 1 more. */
  progress(id: string, fields?: Partial<SandboxTask>): SandboxTask;
  /** Ends a task now, by default with SUCCESS. @throws RangeError if there is no such task. */
  complete(id: string, status?: string): void;
  /** Removes a task. @throws RangeError if there is no such task. */
  remove(id: string): void;
  /** Seeds the tasks again, restores the settings of the start, and clears calls and rate limits. */
  reset(): void;
  /** Returns an access token as the token endpoint issues it, or one that it never issues. */
  token(wishes?: TokenWishes): string;
  /** Closes the server and every connection. */
  stop(): Promise<void>;
}

/**
 * Starts a stand-in for the task status API of SailPoint Identity Security Cloud.
 * @throws RangeError for bad settings, Error if the port is taken.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, host = '127.0.0.1', now = Date.now } = options;
  const { settings, problems } = changeSettings(defaultSettings, options.settings ?? {});
  if (problems.length > 0) throw new RangeError(problems.join('; '));
  const world = new World(settings, now);
  let url = '';
  let minted = 0;

  const server = createServer({ maxHeaderSize: 65_536 }, (request, response) => {
    const done = isControl(request.url)
      ? control(request, response, world)
      : exchange(request, response, world, url);
    done.catch(() => {
      request.socket.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, host, resolve);
  });
  url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

  return {
    url,
    calls: world.calls,
    tasks: () => world.store.visible(now()).map((task) => rowAt(task, now(), world.settings.raceMs)),
    configure: (patch) => {
      world.configure(patch);
    },
    insert: (task) => world.store.insert(task, now()),
    progress: (id, fields = {}) => world.store.progress(id, fields, now()),
    complete: (id, status = 'SUCCESS') => {
      world.store.complete(id, status, now());
    },
    remove: (id) => {
      world.store.remove(id, now());
    },
    reset: () => {
      world.reset();
    },
    token: (wishes = {}) => {
      const jti = new Random(`${settings.seed}:token:${minted++}`).hex(32);
      return tokenFor(wishes, world.settings.tokenSeconds, now(), jti);
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function control(request: IncomingMessage, response: ServerResponse, world: World): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  deliver(response, answerControl(method, url, (await readBody(request)) ?? '', world));
}

function tokenFor(wishes: TokenWishes, tokenSeconds: number, now: number, jti: string): string {
  const client = sandboxClients.find(({ id }) => id === wishes.clientId) ?? mainClient;
  const hasUser = wishes.user ?? client.userName !== undefined;
  return mintToken({
    clientId: wishes.clientId ?? client.id,
    level: hasUser ? (wishes.level ?? client.level) : wishes.level,
    userName: hasUser ? (wishes.marker ?? client.userName ?? mainClient.userName) : undefined,
    scope: wishes.scope ?? client.scope,
    expiresAt: Math.floor(now / 1000) + (wishes.expiresInSeconds ?? tokenSeconds),
    jti,
  });
}
