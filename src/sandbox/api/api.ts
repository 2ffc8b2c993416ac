import { toCaller } from '../auth/rights.js';
import { answerInfo, answerToken } from '../auth/oauth.js';
import { type World } from '../world.js';
import { type Answer, emptyAnswer } from './answer.js';
import { getPendingTasks, getTaskStatus, getTaskStatusList, updateTaskStatus } from './operations.js';
import { Refusal, notFound, notSupported, refusalOf, tooManyRequests } from './refusal.js';
import { type Route } from './router.js';

/** A call of the API, not validated yet. */
export interface ApiCall {
  readonly route: Route;
  readonly method: string;
  readonly query: Record<string, string>;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  /** 32 hexadecimal digits, sent as `SLPT-Request-ID`. */
  readonly requestId: string;
  /** The `trackingId` of error bodies. */
  readonly trackingId: string;
  /** The sandbox's own URL. */
  readonly origin: string;
}

/** Answers as the API does. Never throws: a refusal is an answer, any other error a 500. */
export function answerCall(call: ApiCall, world: World): Answer {
  try {
    return answerRoute(call, world);
  } catch (error) {
    const refusal = error instanceof Refusal ? error : refusalOf(500, 0);
    const bare =
      call.route.operation === 'getTaskStatus' &&
      world.settings.missingTaskBody === 'empty' &&
      (refusal.status === 403 || refusal.status === 404);
    return bare ? emptyAnswer(refusal.status) : refusal.toAnswer(call.trackingId);
  }
}

function answerRoute(call: ApiCall, world: World): Answer {
  const { route, query, contentType, body } = call;
  const { settings, store } = world;
  const now = world.now();
  if (route.operation === 'token') {
    return answerToken({ query, contentType, body }, settings, now, call.requestId);
  }
  if (route.operation === 'oauthInfo') return answerInfo(call.origin);
  if (!('version' in route)) throw notFound();

  const caller = toCaller(call.authorization, settings.auth, now);
  const wait = world.rateLimit.take(`${caller.clientId} ${route.version.name}`, settings, now);
  if (wait !== undefined) throw tooManyRequests(wait);

  const context = { store, settings, now, caller };
  switch (route.operation) {
    case 'getTaskStatusList':
      return getTaskStatusList(context, route.version, query);
    case 'getPendingTasks':
    case 'getPendingTaskHeaders':
      return getPendingTasks(context, query);
    case 'getTaskStatus':
      return getTaskStatus(context, route.id);
    case 'updateTaskStatus':
      return updateTaskStatus(context, route.id, contentType, body);
    case 'unknown':
      throw notSupported(405, `Request method '${call.method}' not supported`);
  }
}
