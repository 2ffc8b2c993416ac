import { type Answer, jsonAnswer } from './api/answer.js';
import { statusAt } from './tasks/task.js';
import { type SandboxCall, type World } from './world.js';

const prefix = '/__sandbox';

/** Whether a URL belongs to the control endpoint rather than to the API. */
export function isControl(url: string | undefined): boolean {
  return url === prefix || (url?.startsWith(`${prefix}/`) ?? false);
}

/**
 * Answers the control endpoint, which shows and changes a running sandbox.
 * It needs no token, isn't rate limited or disturbed by faults, and isn't recorded as a call.
 */
export function answerControl(method: string, url: string, body: string, world: World): Answer {
  const actions: Record<string, (given: Record<string, unknown>) => unknown> = {
    'GET ': () => ({ actions: Object.keys(actions) }),
    'GET /settings': () => world.settings,
    'PATCH /settings': (given) => {
      world.configure(given);
      return world.settings;
    },
    'PUT /settings': (given) => {
      world.reconfigure(given);
      return world.settings;
    },
    'GET /stats': () => stats(world),
    'GET /calls': () => world.calls.map(withoutSecrets),
    'POST /reset': () => {
      world.reset();
      return stats(world);
    },
    'POST /insert': (given) => world.store.insert(given, world.now()),
    'POST /progress': ({ id, ...given }) => world.store.progress(String(id), given, world.now()),
    'POST /complete': ({ id, status = 'SUCCESS' }) => {
      world.store.complete(String(id), String(status), world.now());
      return stats(world);
    },
    'POST /remove': ({ id }) => {
      world.store.remove(String(id), world.now());
      return stats(world);
    },
  };
  const action = actions[`${method} ${url.slice(prefix.length)}`];
  if (action === undefined) return jsonAnswer(404, { actions: Object.keys(actions) });
  try {
    const given: unknown = body === '' ? {} : JSON.parse(body);
    if (typeof given !== 'object' || given === null || Array.isArray(given)) {
      return jsonAnswer(400, { error: 'The body must be a JSON object' });
    }
    return jsonAnswer(200, action(given as Record<string, unknown>));
  } catch (error) {
    return jsonAnswer(400, { error: error instanceof Error ? error.message : 'The body must be JSON' });
  }
}

function stats(world: World): object {
  const now = world.now();
  const tasks = world.store.visible(now);
  const pending = tasks.filter((task) => statusAt(task, now, world.settings.raceMs) === null).length;
  return {
    tasks: tasks.length,
    pending,
    calls: world.callCount,
    faults: world.faultCount,
    byOperation: tally(world.calls, ({ operation }) => operation),
    byStatus: tally(world.calls, ({ status }) => String(status)),
  };
}

function tally(calls: readonly SandboxCall[], keyOf: (call: SandboxCall) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const call of calls) counts[keyOf(call)] = (counts[keyOf(call)] ?? 0) + 1;
  return counts;
}

/** Leaves out what can hold tokens and client secrets: headers, and the query and body of a token call. */
function withoutSecrets(call: SandboxCall): object {
  const { operation, version, method, path, status } = call;
  const shown = { operation, version, method, path, status };
  return operation === 'token' ? shown : { ...shown, query: call.query, body: call.body };
}
