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
  /** When its token expires, in epoch milliseconds. Infinity if that is unknown. */
  readonly expiresAt: number;
}

/** The gateway itself, in service mode. Its token is added on the way to the upstream. */
export const servicePrincipal: Principal = {
  key: 'service',
  oauthClient: 'service',
  authorization: undefined,
  expiresAt: Infinity,
};

/** A caller without a token. */
export const anonymousPrincipal: Principal = {
  key: 'anonymous',
  oauthClient: 'anonymous',
  authorization: undefined,
  expiresAt: Infinity,
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
  private parsed: Claims | undefined;
  private client: string | undefined;

  constructor(readonly authorization: string) {
    // One token can be sent in several spellings.
    this.key = hash('sha256', authorization.replace(/^bearer +/i, ''), 'base64url');
  }

  get oauthClient(): string {
    const { client_id: id } = this.claims;
    return (this.client ??= typeof id === 'string' && id !== '' ? `client ${id}` : `token ${this.key}`);
  }

  get expiresAt(): number {
    const { exp } = this.claims;
    return typeof exp === 'number' ? exp * 1000 : Infinity;
  }

  /** Parsed when it is needed, because most principals send no call of their own. */
  private get claims(): Claims {
    return (this.parsed ??= claimsOf(this.authorization));
  }
}

/** Claims of a JWT, unverified. */
interface Claims {
  readonly client_id?: unknown;
  readonly exp?: unknown;
}

/** Empty if the token is no JWT. */
function claimsOf(authorization: string): Claims {
  const [, payload = ''] = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(authorization) ?? [];
  try {
    const { client_id, exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims;
    return { client_id, exp };
  } catch {
    return {};
  }
}
