import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { expiredToken, unauthorized } from '../api/refusal.js';

/** The claims of an access token that the sandbox reads; it mints more, as the real one does. */
export interface TokenClaims {
  readonly client_id: string;
  /** User levels; empty without a user. */
  readonly authorities: readonly string[];
  readonly scope: readonly string[];
  /** Absent in the token of a client without a user. */
  readonly user_name?: string;
  /** Epoch seconds. */
  readonly exp: number;
}

/** What a token is to be made of. */
export interface TokenRequest {
  readonly clientId: string;
  readonly level: string | undefined;
  readonly userName: string | undefined;
  readonly scope: readonly string[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly jti: string;
}

/** The same in every sandbox, so that a token outlives a restart; it protects nothing. */
const signingKey = 'sandbox';

/** Mints an HS256 JWT. A request without a user name gives a token without a user. */
export function mintToken(request: TokenRequest): string {
  const user =
    request.userName === undefined
      ? {}
      : {
          identity_id: idOf(`identity:${request.userName}`),
          user_id: idOf(`user:${request.userName}`),
          user_name: request.userName,
        };
  const claims: TokenClaims & Record<string, unknown> = {
    tenant_id: tenant.id,
    internal: false,
    pod: tenant.pod,
    org: tenant.org,
    ...user,
    strong_auth: false,
    strong_auth_supported: false,
    authorities: request.level === undefined ? [] : [request.level],
    client_id: request.clientId,
    scope: request.scope,
    exp: request.expiresAt,
    jti: request.jti,
  };
  const content = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${content}.${sign(content)}`;
}

/**
 * The claims of a token that this sandbox, or another one, has minted.
 * @param now Epoch ms.
 * @throws Refusal 401 when it is no such token or past its time.
 */
export function verifyToken(token: string, now: number): TokenClaims {
  const [header, payload, signature, ...rest] = token.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) {
    throw unauthorized('JWT is malformed');
  }
  const expected = Buffer.from(sign(`${header}.${payload}`));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) {
    throw unauthorized('JWT signature is invalid');
  }
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims;
  if (claims.exp * 1000 <= now) throw expiredToken();
  return claims;
}

/** The tenant that the sandbox pretends to be. */
export const tenant = { id: idOf('tenant'), org: 'sandbox', pod: 'sandbox-pod' } as const;

/** 32 hexadecimal digits that are always the same for a name. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(content: string): string {
  return createHmac('sha256', signingKey).update(content).digest('base64url');
}
