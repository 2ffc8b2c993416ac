import { forbidden, unauthorized } from '../api/refusal.js';
import { type SandboxSettings } from '../settings.js';
import { type TokenClaims, verifyToken } from './access-token.js';
import { mainClient, readingLevels } from './clients.js';

/** Who calls. */
export interface Caller {
  readonly clientId: string;
  readonly userName: string | undefined;
  readonly levels: readonly string[];
  readonly scope: readonly string[];
}

/**
 * Who an `Authorization` header stands for.
 * @param now Epoch ms.
 * @throws Refusal 401 for a wrong token always, for a missing one where the setting asks for one.
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

/** Lets only those through who may read task statuses: with a user of some level, or without a user. @throws Refusal 403. */
export function requireRead(caller: Caller): void {
  if (!hasScope(caller, 'idn:task-management:read', 'idn:task-management:write')) throw forbidden();
  if (caller.userName !== undefined && !hasLevel(caller, readingLevels)) throw forbidden();
}

/** Lets only those through who may patch: a user of any reading level but HELPDESK. @throws Refusal 403. */
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
