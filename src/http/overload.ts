import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { refusal } from './refusal.js';

/** How often to check whether the event loop is late. */
const LOOK_MS = 250;

/** `Retry-After` of refused requests. */
const RETRY_AFTER_SECONDS = 1;

/**
 * Refuses requests while the event loop is at least `lagMs` late. Requests in flight finish, and refused clients know
 * immediately. An operation that waited that long would be answered too late.
 *
 * Not `@fastify/under-pressure`: it compares the mean delay of an interval, so a loop that stood still for 1.6 s shed none
 * of the requests that waited.
 */
export function shedWhenLate(app: FastifyInstance, lagMs: number): onRequestHookHandler {
  let due = performance.now() + LOOK_MS;
  let late = false;
  const timer = setInterval(() => {
    const now = performance.now();
    late = now - due >= lagMs;
    due = now + LOOK_MS;
  }, LOOK_MS);
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer);
    done();
  });

  return (_request, reply, done) => {
    // The timer itself can be late, after other requests of the same turn.
    if (!late && performance.now() - due < lagMs) done();
    else
      void reply
        .code(503)
        .header('retry-after', RETRY_AFTER_SECONDS)
        .send(refusal('OVERLOADED', 'This gateway has more to do than it can. Try again later.'));
  };
}
