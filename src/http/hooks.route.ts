import type { FastifyInstance, onRequestHookHandler } from 'fastify';
import { oneOfSecrets } from './api-keys.js';
import { refusal } from './refusal.js';

/** What the route needs. */
interface HookOptions {
  /** The bearer token of those who may call it. */
  readonly token: string;
  /** Refuses requests while the gateway is overloaded. */
  readonly shed: onRequestHookHandler;
  /** Called for each request that is accepted. */
  readonly onHint: () => void;
}

/**
 * Serves `/hooks/account-aggregation-completed` to SailPoint's event trigger. A request only says that it is worth looking
 * now: nothing of its body is used.
 */
export function serveHooks(app: FastifyInstance, { token, shed, onHint }: HookOptions): void {
  const isToken = oneOfSecrets([token]);
  const authorize: onRequestHookHandler = ({ headers: { authorization = '' } }, reply, done) => {
    if (/^bearer /i.test(authorization) && isToken(authorization.slice('bearer '.length).trim())) done();
    else
      void reply
        .code(401)
        .header('www-authenticate', 'Bearer')
        .send(
          refusal(
            'UNAUTHENTICATED',
            'This needs the token of HOOK_TOKEN. Send it in "Authorization: Bearer …".',
          ),
        );
  };
  app.post('/hooks/account-aggregation-completed', { onRequest: [shed, authorize] }, ({ body }, reply) => {
    if (!hasSource(body))
      return reply
        .code(400)
        .send(refusal('BAD_USER_INPUT', 'The body must be a JSON object with a string "source.id".'));
    onHint();
    return reply.code(202).send({ status: 'accepted' });
  });
}

function hasSource(body: unknown): boolean {
  const { source } = (body ?? {}) as { source?: { id?: unknown } | null };
  return typeof source?.id === 'string' && source.id !== '';
}
