import { forbidden, unauthorized } from '../api/refusal.js';
import { type SandboxSettings } from '../settings.js';
import { type TokenClaims, verifyToken } from './access-token.js';
import { mainClient, readingLevels } from './clients.js';

/** The client and user of a call. */
export interface Caller {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly levels: readonly string[];
  readonly scope: readonly string[];
}

/**
 * Returns the caller that an `Authorization` header names. Without one, the main client.
 * @param now Epoch ms.
 * @throws Refusal 401 for a bad token, and for a missing one if `auth` is `required`.
 */
export function toCaller(
  authorization: string | undefined,
  auth: SandboxSettings['auth'],
  now: number,
): Caller {
  if (authorization === undefined) {
    if (auth === 'required') throw unauthorized('JWT is missing');
    const { id, userName, level, scope } = mainClient;
    return { clientId: id, userName, levels: level === undefined ? [] : [level], scope };
  }
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token === undefined) throw unauthorized('JWT is missing');
  const claims: TokenClaims = verifyToken(token, now);
  return {
    clientId: claims.client_id,
    userName: claims.user_name,
    levels: claims.authorities,
    scope: claims.scope,
  };
}

/** Requires a scope that allows reads and, for a user, a reading level. @throws Refusal 403. */
export function requireRead(caller: Caller): void {
  if (!hasScope(caller, 'idn:task-management:read', 'idn:task-management:write')) throw forbidden();
  if (caller.userName !== undefined && !hasLevel(caller, readingLevels)) throw forbidden();
}

/** Requires the write scope and a user with a reading level other than HELPDESK. @throws Refusal 403. */
export function requireWrite(caller: Caller): void {
  if (!hasScope(caller, 'idn:task-management:write')) throw forbidden();
  const writing = readingLevels.filter((level) => level !== 'HELPDESK');
  if (caller.userName === undefined || !hasLevel(caller, writing)) throw forbidden();
}

function hasScope(caller: Caller, ...scopes: string[]): boolean {
  return caller.scope.some((scope) => scope === 'sp:scopes:all' || scopes.includes(scope));
}

function hasLevel(caller: Caller, levels: readonly string[]): boolean {
  return caller.levels.some((level) => levels.includes(level));
}
