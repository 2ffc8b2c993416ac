import type { Config, RateLimit } from '../config.js';

/** Returns the settings as they were read, without secrets. Logged to show which guards are on. */
export function summaryOf(config: Config): object {
  const { credentials, persistedOperations, proxy } = config;
  return {
    sandbox: config.upstreamOrigin === undefined,
    apiVersion: config.apiVersion,
    ...(proxy !== undefined && { proxy: new URL(proxy).host }),
    credentials: credentials.mode,
    ...(credentials.mode === 'passthrough' && { anonymous: credentials.anonymous }),
    ...(credentials.mode === 'service' && { unauthenticated: config.apiKeys.length === 0 }),
    rateLimit: rate(config.rateLimit),
    upstreamConcurrency: config.upstreamConcurrency,
    production: config.production,
    apiKeys: config.apiKeys.length,
    routerKey: config.routerKey !== undefined,
    persistedOperations: persistedOperations
      ? { mode: persistedOperations.mode, operations: persistedOperations.operations.size }
      : 'off',
    introspection: config.introspection,
    graphiql: config.graphiql,
    corsOrigins: config.corsOrigins.length,
    clientRateLimit: rate(config.clientRateLimit),
    connectionLimit: config.connectionLimit,
    streamLimit: config.streamLimit,
    streamLimitPerPrincipal: config.streamLimitPerPrincipal,
    hook: config.hookToken !== undefined,
    batchLimit: config.batchLimit,
    requestTimeoutMs: config.requestTimeoutMs,
    lagLimitMs: config.lagLimitMs,
    limits: config.limits,
    fastPath: config.fastPath,
    operationDeadlineMs: config.operationDeadlineMs,
    stopTimeoutMs: config.stopTimeoutMs,
  };
}

/** A rate limit, as its setting is written. */
function rate(limit: RateLimit | undefined): string {
  return limit ? `${limit.calls}/${limit.windowMs / 1000}s` : 'off';
}
