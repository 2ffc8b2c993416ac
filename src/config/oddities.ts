import { STREAM_SHARE } from './values.js';

/** The values that decide whether other settings have an effect. */
interface Understood {
  readonly upstreamOrigin: string | undefined;
  readonly credentials: { readonly mode: 'passthrough' | 'service' };
  readonly apiKeys: readonly string[];
  readonly persistedOperations: unknown;
  readonly operationDeadlineMs: number;
  readonly stopTimeoutMs: number;
  readonly connectionLimit: number;
  readonly streamLimit: number;
}

/** Settings that hold secrets. */
const secrets = ['API_KEYS', 'ROUTER_KEY', 'HOOK_TOKEN', 'SAIL_CLIENT_ID', 'SAIL_CLIENT_SECRET'];

/** Returns a line for each setting that has no effect, or might do something else than it seems to. */
export function oddities(
  given: Readonly<Record<string, string>>,
  config: Understood,
  switchVariables: readonly string[],
): string[] {
  const service = config.credentials.mode === 'service';
  const trusts = given['ALLOW_UNAUTHENTICATED'] === 'on';
  const idle: [names: readonly string[], isIdle: boolean, reason: string][] = [
    [['SAIL_CLIENT_ID', 'SAIL_CLIENT_SECRET'], !service, 'SAIL_CREDENTIALS is not "service"'],
    [['SAIL_ANONYMOUS'], service, 'SAIL_CREDENTIALS is "service"'],
    [['ALLOW_UNAUTHENTICATED'], trusts && !service, 'SAIL_CREDENTIALS is not "service"'],
    [['ALLOW_UNAUTHENTICATED'], trusts && service && config.apiKeys.length > 0, 'API_KEYS is set'],
    [
      ['PERSISTED_OPERATIONS_MODE'],
      config.persistedOperations === undefined,
      'PERSISTED_OPERATIONS is not set',
    ],
    [
      switchVariables,
      config.upstreamOrigin !== undefined,
      'SAIL_BASE_URL names another upstream than the embedded sandbox',
    ],
  ];
  const quoted = secrets.filter((name) => /["'`]/.test(given[name] ?? ''));
  return [
    ...idle.flatMap(([names, isIdle, reason]) =>
      names
        .filter((name) => isIdle && given[name] !== undefined)
        .map((name) => `${name} has no effect: ${reason}`),
    ),
    ...quoted.map((name) => `${name} has quotes in it: they are taken for a part of the secret`),
    ...(config.stopTimeoutMs < config.operationDeadlineMs
      ? ['STOP_TIMEOUT is shorter than OPERATION_DEADLINE: a stop may cut operations off']
      : []),
    ...(config.streamLimit > config.connectionLimit * STREAM_SHARE
      ? ['STREAM_LIMIT is more than four fifths of CONNECTION_LIMIT: streams may leave queries no connection']
      : []),
  ];
}
