import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killAll } from '../support/process.js';

/** A server from a Debian package, running in the foreground. */
export interface Server {
  readonly port: number;
  /** Returns what it wrote to a file of its folder. Empty if there is no such file. */
  read(file: string): string;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  /** Stops it immediately, with its connections. */
  stop(): Promise<void>;
}

const children: (() => ChildProcess | undefined)[] = [];
const folders: string[] = [];

/** Stops all processes and deletes all folders of a suite. */
export async function stopAll(): Promise<void> {
  killAll();
  for (const child of children.splice(0)) await end(child());
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
}

/** Creates a folder that is deleted after the suite. Servers that drop root privileges can write there too. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edge-'));
  chmodSync(folder, 0o777);
  folders.push(folder);
  return folder;
}

/** Starts nginx with this content of its `http` block. Its access log has a JSON line for each request. */
export function startNginx(http: (port: number) => string): Promise<Server> {
  return startServer('nginx', ['-e', 'stderr', '-c'], (port, folder) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    for (const name of temporary) mkdirSync(join(folder, name));
    return `
      daemon off;
      pid ${folder}/pid;
      error_log ${folder}/error.log info;
      user root;
      worker_processes 1;
      events {}
      http {
        ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
        log_format line escape=json '{"request":"$request","status":$status,"coding":"$sent_http_content_encoding",'
          '"connection":$connection,"requests":$connection_requests}';
        access_log ${folder}/access.log line;
        default_type text/html;
        gzip on;
        gzip_min_length 20;
        gzip_proxied any;
        gzip_vary on;
        gzip_types application/json application/graphql-response+json text/plain;
        proxy_http_version 1.1;
        proxy_set_header Connection '';
        proxy_set_header Host $host;
        ${http(port)}
      }`;
  });
}

/** A request as nginx logged it. */
export interface LoggedRequest {
  readonly request: string;
  readonly status: number;
  /** Content coding of the answer. Empty for none. */
  readonly coding: string;
  /** Number of the connection. */
  readonly connection: number;
  /** Number of the request on its connection. */
  readonly requests: number;
}

/** Returns all requests that nginx logged. */
export function requestsOf(nginx: Server): LoggedRequest[] {
  return nginx
    .read('access.log')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LoggedRequest);
}

/** Starts Squid as a forward proxy that resolves these names to localhost. `more` has additional settings. */
export function startSquid(names: readonly string[], more = ''): Promise<Server> {
  return startServer('squid', ['-N', '-f'], (port, folder) => {
    writeFileSync(join(folder, 'hosts'), names.map((name) => `127.0.0.1 ${name}\n`).join(''));
    return [
      `http_port 127.0.0.1:${port}`,
      'pid_filename none',
      `hosts_file ${folder}/hosts`,
      'cache deny all',
      `access_log stdio:${folder}/access.log`,
      `cache_log ${folder}/cache.log`,
      `coredump_dir ${folder}`,
      'netdb_filename none',
      'pinger_enable off',
      'shutdown_lifetime 0 seconds',
      more,
      'http_access allow all',
      '',
    ].join('\n');
  });
}

/** Starts HAProxy in front of a server. Every timeout that Debian sets to 50 s is one of a second here. It compresses. */
export function startHaproxy(origin: string): Promise<Server> {
  return startServer(
    'haproxy',
    ['-db', '-f'],
    (port) => `
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
  timeout tunnel 1s
  compression algo gzip
  compression type application/json text/event-stream multipart/mixed
listen front
  bind 127.0.0.1:${port}
  server origin ${new URL(origin).host}
`,
  );
}

/** Returns a port that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until `holds` returns true. @throws Error after ten seconds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await holds()); waited += 20) {
    if (waited > 10_000) throw new Error(`not within ten seconds: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function startServer(
  command: string,
  args: readonly string[],
  configure: (port: number, folder: string) => string,
): Promise<Server> {
  const folder = scratch();
  const port = await freePort();
  const configuration = join(folder, `${command}.conf`);
  writeFileSync(configuration, configure(port, folder));
  let child: ChildProcess | undefined;
  const server: Server = {
    port,
    read: (file) => {
      try {
        return readFileSync(join(folder, file), 'utf8');
      } catch {
        return '';
      }
    },
    async start() {
      let said = '';
      // Debian installs servers in a folder that is only in root's `PATH`.
      const path = `${process.env['PATH'] ?? ''}:/usr/sbin`;
      const started = spawn(command, [...args, configuration], {
        env: { PATH: path },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      child = started;
      started.on('error', (error) => (said += error.message));
      for (const stream of [started.stdout, started.stderr])
        stream.on('data', (chunk) => (said += String(chunk)));
      await until(() => {
        if (started.pid === undefined || started.exitCode !== null) throw new Error(`${command}: ${said}`);
        return accepts(port);
      });
    },
    stop: () => end(child),
  };
  children.push(() => child);
  await server.start();
  return server;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => {
      resolve(false);
    });
  });
}
