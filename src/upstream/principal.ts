import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

/**
 * Who asks. Everything that is shared, cached or limited is keyed by the principal. Its token is read only to send a
 * call.
 */
export interface Principal {
  /** The digest of its token; `service` or `anonymous` if it has none of its own. */
  readonly key: string;
  /** The OAuth client whose rate limit its calls count against. */
  readonly oauthClient: string;
  /** The `Authorization` header to send; undefined sends none. */
  readonly authorization: string | undefined;
}

/** The gateway itself, in service mode. Its token is added on the way to the upstream. */
export const servicePrincipal: Principal = {
  key: 'service',
  oauthClient: 'service',
  authorization: undefined,
};

/** A caller without a token. */
export const anonymousPrincipal: Principal = {
  key: 'anonymous',
  oauthClient: 'anonymous',
  authorization: undefined,
};

/** Cached, because hashing a token takes longer than looking it up. A token is kept for a minute at most. */
const principals = new LRUCache<string, Principal>({ max: 1_000, ttl: 60_000, ttlAutopurge: true });

/** Returns the principal of a bearer token, given as its `Authorization` header. */
export function principalOf(authorization: string): Principal {
  let principal = principals.get(authorization);
  if (principal === undefined) {
    principal = new TokenPrincipal(authorization);
    principals.set(authorization, principal);
  }
  return principal;
}

class TokenPrincipal implements Principal {
  readonly key: string;
  private client: string | undefined;

  constructor(readonly authorization: string) {
    this.key = hash('sha256', authorization, 'base64url');
  }

  /** Parsed when the first call is sent, because most principals send none of their own. */
  get oauthClient(): string {
    const id = (this.client ??= clientIdOf(this.authorization));
    return id === '' ? `token ${this.key}` : `client ${id}`;
  }
}

/** Returns the unverified `client_id` of a JWT; empty if there is none. */
function clientIdOf(authorization: string): string {
  const [, payload = ''] = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization) ?? [];
  try {
    const { client_id: id } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      client_id?: unknown;
    };
    return typeof id === 'string' ? id : '';
  } catch {
    return ''; // Not a JWT.
  }
}
