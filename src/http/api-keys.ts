import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { refusal } from './refusal.js';

/** Refuses requests without one of the keys in `X-API-Key`. Compares in constant time, to reveal nothing. */
export function requireApiKey(keys: readonly string[]): onRequestHookHandler {
  const digests = keys.map(digest);
  return (request, reply, done) => {
    const given = digest(String(request.headers['x-api-key'] ?? ''));
    if (digests.filter((key) => timingSafeEqual(key, given)).length > 0) done();
    else
      void reply
        .code(401)
        .header('www-authenticate', 'ApiKey')
        .send(refusal('UNAUTHENTICATED', 'This gateway needs an API key, in the header "X-API-Key".'));
  };
}

/** Has the same length for any text, as `timingSafeEqual` requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
