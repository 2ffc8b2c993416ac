import type { RateLimit } from '../config.js';
import { createAgents, closeAgents } from './agents.js';
import type { Clock } from './clock.js';
import type { Principal } from './principal.js';
import { createRateLimiter, type Places } from './rate-limiter.js';
import { createTransport, type UpstreamClient } from './transport.js';
import type { UpstreamLog } from './upstream-log.js';
import { createCircuit, withCircuitBreaker, type CircuitName } from './with-circuit-breaker.js';
import { withRateLimit } from './with-rate-limit.js';
import { withRetry } from './with-retry.js';
import { ServiceToken, withServiceToken, type ServiceCredentials } from './with-service-token.js';

/** The parts and settings of a pipeline. */
export interface PipelineOptions {
  readonly origin: string;
  /** The URL of a forward proxy. */
  readonly proxy: string | undefined;
  /** The gateway's own OAuth client; undefined in pass-through mode. */
  readonly credentials: ServiceCredentials | undefined;
  /** Undefined sets no limit. */
  readonly rateLimit: RateLimit | undefined;
  /** Maximum calls in flight. */
  readonly concurrency: number;
  /** The timeout of one call. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Returns 0 to 1. */
  readonly random: () => number;
  readonly warn: UpstreamLog;
}

/** Sends every call to the upstream, and keeps the state that calls share. */
export interface Pipeline {
  readonly send: UpstreamClient;
  /** The places of the rate limit that a principal's calls could take; undefined if there is no limit. */
  places(principal: Principal): Places | undefined;
  /** The state for `/health/ready`. */
  health(): { readonly upstream: CircuitName; readonly credentials?: 'refused' };
  /** Closes all connections. */
  close(): void;
}

/** A call passes the layers from the outside in: retry, rate limit, service token, circuit breaker, transport. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { credentials, rateLimit, concurrency, clock, random, warn } = options;
  const agents = createAgents(options.proxy);
  const proxyHost = options.proxy && new URL(options.proxy).host;
  const circuit = createCircuit((state) => {
    warn({ circuit: state }, 'the circuit to the upstream has changed');
  });
  const isDown = (): boolean => circuit.state() !== 'closed';
  const token = credentials && new ServiceToken(credentials, clock, warn);
  const limiter = rateLimit && createRateLimiter(rateLimit, clock);

  const transport = createTransport({ ...options, agents, proxyHost });
  const guarded = withCircuitBreaker(transport, circuit, concurrency);
  const authorized = token ? withServiceToken(guarded, token) : guarded;
  const limited = limiter ? withRateLimit(authorized, limiter, isDown) : authorized;
  return {
    send: withRetry(limited, clock, random),
    places: (principal) => limiter?.places(principal),
    health: () => ({ upstream: circuit.state(), ...(token?.isRefused && { credentials: 'refused' }) }),
    close: () => {
      closeAgents(agents);
    },
  };
}
