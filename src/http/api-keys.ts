import { createHash, timingSafeEqual } from 'node:crypto';
import type { onRequestHookHandler } from 'fastify';
import { refusal } from './refusal.js';

/** Refuses requests without one of the keys in `X-API-Key`. */
export function requireApiKey(keys: readonly string[]): onRequestHookHandler {
  const isKey = oneOfSecrets(keys);
  return (request, reply, done) => {
    if (isKey(String(request.headers['x-api-key'] ?? ''))) done();
    else
      void reply
        .code(401)
        .header('www-authenticate', 'ApiKey')
        .send(refusal('UNAUTHENTICATED', 'This gateway needs an API key, in the header "X-API-Key".'));
  };
}

/** Returns whether a text is one of the secrets. Compares in constant time, to reveal nothing. */
export function oneOfSecrets(secrets: readonly string[]): (text: string) => boolean {
  const digests = secrets.map(digest);
  return (text) => {
    const given = digest(text);
    return digests.filter((secret) => timingSafeEqual(secret, given)).length > 0;
  };
}

/** Has the same length for any text, as `timingSafeEqual` requires. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
