import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type Answer } from './api/answer.js';
import { answerCall } from './api/api.js';
import { toQuery } from './api/query.js';
import { refusalOf } from './api/refusal.js';
import { type Route, toRoute } from './api/router.js';
import { chooseCoding } from './content-coding.js';
import { deliver } from './delivery.js';
import { drawFault, drawLatency } from './faults/fault.js';
import { answerInstead, damaged } from './faults/faulty-answer.js';
import { Random } from './random.js';
import { type SandboxSettings } from './settings.js';
import { type SandboxCall, type World } from './world.js';

const maxUrlLength = 16_384;
const maxBodyLength = 1_048_576;

/** Connections to reset when the next call arrives on them. */
const doomed = new WeakSet<Socket>();

/** Handles a request of the API: records it, delays it, then answers it or applies a fault. */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  world: World,
  origin: string,
): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const [path, search] = splitUrl(url);
  const route = toRoute(method, path);
  const call = callOf(route, method, path, search, request.headers);
  const callNumber = world.witness(call);
  const { socket } = request;
  if (doomed.has(socket)) {
    socket.resetAndDestroy();
    return;
  }
  const random = new Random(`${world.settings.seed}:call:${callNumber}`);
  const requestId = random.hex(32);
  const trackingId = world.settings.trackingId === 'same' ? requestId : random.hex(32);
  const fault = drawLimited(random, callNumber, route.operation, world);
  const latency = drawLatency(random, world.settings);
  const coding = chooseCoding(request.headers['accept-encoding'], world.settings.compress, random);

  const body = await readBody(request);
  call.body = body ?? '';
  insertAhead(callNumber, world);
  if (latency > 0) await pause(latency);
  if (fault === 'drop') {
    socket.destroy();
    return;
  }
  const answer =
    answerInstead(fault, world.settings, origin, trackingId) ??
    refuseOversized(url, body, trackingId) ??
    answerCall(
      {
        route,
        method,
        query: call.query,
        authorization: request.headers.authorization,
        contentType: request.headers['content-type'],
        body: call.body,
        requestId,
        trackingId,
        origin,
      },
      world,
    );
  const { status, headers, body: text } = damaged(answer, fault, world.settings);
  call.status = status;
  if (fault === 'close') closeUnannounced(socket, response, world.settings.closeWhen);
  const own = { 'SLPT-Request-ID': requestId, ...(isDeprecated(route) ? { 'X-Deprecated': 'true' } : {}) };
  const edge = world.settings.compress === 'off' ? {} : { Vary: 'Accept-Encoding' };
  deliver(response, { status, headers: { ...own, ...edge, ...headers }, body: text }, { coding, fault });
}

function callOf(
  route: Route,
  method: string,
  path: string,
  search: string,
  headers: SandboxCall['headers'],
): SandboxCall {
  const { operation } = route;
  const query = toQuery(search);
  return { operation, version: versionOf(route), method, path, query, headers, body: '', status: 0 };
}

/** Returns the body as text. Undefined if it is longer than 1 MiB. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBodyLength) chunks.push(chunk);
  }
  return length <= maxBodyLength ? Buffer.concat(chunks).toString() : undefined;
}

/** Closes a connection after an answer that keeps it alive. */
function closeUnannounced(
  socket: Socket,
  response: ServerResponse,
  when: SandboxSettings['closeWhen'],
): void {
  if (when === 'asked') doomed.add(socket);
  else response.once('finish', () => socket.destroy());
}

function splitUrl(url: string): [path: string, search: string] {
  const mark = url.indexOf('?');
  return mark === -1 ? [url, ''] : [url.slice(0, mark), url.slice(mark + 1)];
}

function isDeprecated({ operation }: Route): boolean {
  return operation === 'getPendingTasks' || operation === 'getPendingTaskHeaders';
}

function versionOf(route: Route): string {
  return 'version' in route ? route.version.name : '';
}

function refuseOversized(url: string, body: string | undefined, trackingId: string): Answer | undefined {
  if (url.length > maxUrlLength) return refusalOf(414, 0).toAnswer(trackingId);
  return body === undefined ? refusalOf(413, 0).toAnswer(trackingId) : undefined;
}

function drawLimited(
  random: Random,
  callNumber: number,
  operation: string,
  world: World,
): ReturnType<typeof drawFault> {
  const fault = drawFault(random, callNumber, operation, world.settings);
  const { faultLimit } = world.settings;
  if (fault === undefined || (faultLimit > 0 && world.faultCount >= faultLimit)) return undefined;
  world.faultCount++;
  return fault;
}

function insertAhead(callNumber: number, { settings, store, now }: World): void {
  const { insertEvery, insertRows } = settings;
  if (insertEvery > 0 && (callNumber + 1) % insertEvery === 0) store.insertMade(insertRows, now());
}

/** Waits without keeping the process alive. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
