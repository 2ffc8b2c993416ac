import { type ApiVersion, apiVersions } from '../versions.js';

/** The endpoint of a path and method. `operation` is SailPoint's operationId, or one of the sandbox's own names. */
export type Route =
  | { readonly operation: 'token' | 'oauthInfo' | 'unknown' }
  | {
      readonly operation: 'getTaskStatusList' | 'getPendingTasks' | 'getPendingTaskHeaders';
      readonly version: ApiVersion;
    }
  | {
      readonly operation: 'getTaskStatus' | 'updateTaskStatus';
      readonly version: ApiVersion;
      readonly id: string;
    }
  | { readonly operation: 'unknown'; readonly version: ApiVersion; readonly wrongMethod: true };

/** Returns the route. HEAD works wherever GET does. @param path Without the query, still percent-encoded. */
export function toRoute(method: string, path: string): Route {
  if (path === '/oauth/token' && method === 'POST') return { operation: 'token' };
  if (path === '/oauth/info' && isRead(method)) return { operation: 'oauthInfo' };
  const version = apiVersions.find(({ listPath }) => path === listPath || path.startsWith(`${listPath}/`));
  if (version === undefined) return { operation: 'unknown' };
  const wrongMethod = { operation: 'unknown', version, wrongMethod: true } as const;
  if (path === version.listPath) {
    return isRead(method) ? { operation: 'getTaskStatusList', version } : wrongMethod;
  }
  const id = decode(path.slice(version.listPath.length + 1));
  if (id === undefined) return { operation: 'unknown' };
  if (id === 'pending-tasks' && version.hasPendingTasks) {
    if (method === 'HEAD') return { operation: 'getPendingTaskHeaders', version };
    return method === 'GET' ? { operation: 'getPendingTasks', version } : wrongMethod;
  }
  if (isRead(method)) return { operation: 'getTaskStatus', version, id };
  return method === 'PATCH' ? { operation: 'updateTaskStatus', version, id } : wrongMethod;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Decodes a path segment. Undefined if it is empty, malformed or more than one. */
function decode(segment: string): string | undefined {
  if (segment === '' || segment.includes('/')) return undefined;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}
