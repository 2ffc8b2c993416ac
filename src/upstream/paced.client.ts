import type { RateLimit } from '../config.js';
import type { Clock } from './clock.js';
import { createRateBudget, type RateBudget, type Verdict } from './rate-budget.js';
import type { UpstreamClient } from './upstream.client.js';
import { UpstreamError, type UpstreamErrorDetails } from './upstream-error.js';

/** No `Retry-After` holds up the calls of others for longer. */
const MAX_PAUSE_MS = 10_000;

/** For so long look-ups are gathered at the most, once half of the limit is used up. */
const MAX_GATHER_MS = 100;

/** Answers that only a caller whose token was accepted gets, besides the 2xx. */
const KNOWN_CALLER = new Set([403, 404]);

/** A client that keeps to the rate limit. */
export interface PacedClient {
  readonly client: UpstreamClient;
  /**
   * Calls back when what is being joined for a call with this token should be sent: at once while half of the limit is
   * left; else a moment later, since the more is joined, the fewer calls it takes.
   */
  readonly gather: (token: string | undefined, send: () => void) => void;
}

/**
 * Keeps the calls of each client under the upstream's rate limit: they wait for their turn until their scope is aborted. A 429
 * holds up the calls of its client for as long as it says, 10 seconds at the most. While the upstream is down nothing
 * waits. A client is remembered for as long as its last calls count.
 */
export function createPacedClient(
  client: UpstreamClient,
  limit: RateLimit,
  clock: Clock,
  isDown: () => boolean,
): PacedClient {
  const budgets = new Map<string, RateBudget>();

  function budgetOf(id: string): RateBudget {
    let budget = budgets.get(id);
    if (budget === undefined) {
      budget = createRateBudget(limit, clock, () => budgets.delete(id));
      budgets.set(id, budget);
    }
    return budget;
  }

  return {
    async client(request) {
      const { authorization: token = '', scope } = request;
      const budget = budgetOf(clientIdOf(token));
      if (!budget.isOpen && isDown()) throw new UpstreamError({ failure: 'circuit_open' });
      await budget.turn(token, scope);
      try {
        const response = await client(request);
        budget.end(token, 'accepted', true);
        return response;
      } catch (error) {
        const details = error instanceof UpstreamError ? error.details : undefined;
        const isLimited = details?.status === 429;
        if (isLimited) budget.pause(Math.min((details.retryAfterSeconds ?? 1) * 1000, MAX_PAUSE_MS));
        budget.end(token, verdictOf(details), wasCounted(details));
        if (isLimited && details.retryAfterSeconds === undefined)
          throw new UpstreamError({ ...details, retryAfterSeconds: budget.secondsToWait(token) });
        throw error;
      }
    },

    gather(token = '', send) {
      const { calls, windowMs } = limit;
      const left = budgets.get(clientIdOf(token))?.left ?? calls;
      if (left > calls / 2) send();
      else clock.after(Math.min(MAX_GATHER_MS, windowMs / calls), send);
    },
  };
}

/** An intermediary's answer says nothing of a token. */
function verdictOf({ failure, status = 0 }: Partial<UpstreamErrorDetails> = {}): Verdict {
  if (failure === 'foreign') return 'unknown';
  return status === 401 ? 'refused' : KNOWN_CALLER.has(status) ? 'accepted' : 'unknown';
}

/** Not a token that was refused: whoever forges one would use up the budget of the client it names. */
function wasCounted({ failure, status, sent }: Partial<UpstreamErrorDetails> = {}): boolean {
  const isUnsent =
    sent === false || failure === 'credentials' || failure === 'circuit_open' || failure === 'queue_full';
  return !isUnsent && status !== 401;
}

/** Whose budget a token uses: the client's that its payload names, which nobody has verified; else its own. */
function clientIdOf(token: string): string {
  const [, payload = ''] = /^Bearer +[\w-]+\.([\w-]+)\.[\w-]*$/i.exec(token) ?? [];
  try {
    const { client_id: id } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as {
      client_id?: unknown;
    };
    if (typeof id === 'string' && id !== '') return `client ${id}`;
  } catch {
    // It is no JWT.
  }
  return `token ${token}`;
}
