import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { expiredToken, unauthorized } from '../api/refusal.js';

/** Claims of an access token that the sandbox reads. Its tokens have more, as real ones do. */
export interface TokenClaims {
  readonly client_id: string;
  /** User levels. Empty without a user. */
  readonly authorities: readonly string[];
  readonly scope: readonly string[];
  /** Undefined for a client without a user. */
  readonly user_name?: string;
  /** Epoch seconds. */
  readonly exp: number;
}

/** Content of a token to mint. */
export interface TokenRequest {
  readonly clientId: string;
  readonly level: string | undefined;
  readonly userName: string | undefined;
  readonly scope: readonly string[];
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly jti: string;
}

/** The same in every sandbox, so that a token survives a restart. It protects nothing. */
const signingKey = 'sandbox';

/** Mints an HS256 JWT. Without a user name, the token has no user. */
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
 * Returns the claims of a token that this or another sandbox minted.
 * @param now Epoch ms.
 * @throws Refusal 401 if no sandbox minted it, or it has expired.
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

/** Returns 32 hexadecimal digits, always the same for a name. */
export function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function sign(content: string): string {
  return createHmac('sha256', signingKey).update(content).digest('base64url');
}
