import type { Clock } from './clock.js';
import { createCallScope, raceAbort } from './call-scope.js';
import type { UpstreamClient } from './upstream.client.js';
import { excerpt, oncePerMinute, type UpstreamLog } from './upstream-log.js';
import { statusOf, UpstreamError } from './upstream-error.js';

/** The OAuth client as which a gateway calls for itself. */
export interface ServiceCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Of a token's lifetime, how much is used before a new one is asked for. */
const USED = 0.9;

/** A token that takes longer is waited for no more. */
const MAX_WAIT_MS = 10_000;

/** Assumed where the answer doesn't say. */
const LIFETIME_SECONDS = 60;

interface Token {
  readonly authorization: string;
  /** Epoch milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/** A client that calls as the gateway itself. */
export interface ServiceClient {
  readonly client: UpstreamClient;
  /** Whether the upstream refused the credentials the last time it was asked for a token. */
  readonly isRefused: () => boolean;
}

/**
 * A client that calls as the gateway itself: the requests' own `authorization` gives way to a token by client
 * credentials. One is asked for at a time, ahead of the last one's end. A call that is refused with 401 is repeated
 * once, with a new token.
 */
export function asService(
  client: UpstreamClient,
  credentials: ServiceCredentials,
  clock: Clock,
  warn: UpstreamLog,
): ServiceClient {
  let token: Token | undefined;
  let inFlight: Promise<Token> | undefined;
  let isRefused = false;
  const isDue = oncePerMinute(clock);
  const logRefusal = ({ details: { status, text } }: UpstreamError): void => {
    const words = text && excerpt(text, [credentials.clientSecret]);
    if (isDue(`${status} ${words}`))
      warn({ status, text: words }, 'SailPoint refuses the gateway’s credentials');
  };

  function renew(): Promise<Token> {
    inFlight ??= askToken(client, credentials, clock)
      .then((fresh) => {
        isRefused = false;
        return (token = fresh);
      })
      .catch((error: unknown) => {
        if (!isNoToken(error)) throw error;
        isRefused = true;
        logRefusal(error);
        throw refused(error.details.status);
      })
      .finally(() => (inFlight = undefined));
    return inFlight;
  }

  async function current(): Promise<string> {
    if (token === undefined || clock.now() >= token.endsAt) return (await renew()).authorization;
    // The one at hand is still good: nobody waits for the next, nor for its failure.
    if (clock.now() >= token.renewAt) renew().catch(() => undefined);
    return token.authorization;
  }

  const asGateway: UpstreamClient = async (request) => {
    const { scope } = request;
    const authorization = await raceAbort(scope, current());
    try {
      return await client({ ...request, authorization });
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      if (token?.authorization === authorization) token = undefined;
      return await client({ ...request, authorization: await raceAbort(scope, current()) }).catch(
        (again: unknown) => {
          if (statusOf(again) !== 401) throw again;
          isRefused = true;
          logRefusal(again as UpstreamError);
          throw refused(401);
        },
      );
    }
  };
  return { client: asGateway, isRefused: () => isRefused };
}

async function askToken(
  client: UpstreamClient,
  { clientId, clientSecret }: ServiceCredentials,
  clock: Clock,
): Promise<Token> {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const asked = clock.now();
  const scope = createCallScope(asked + MAX_WAIT_MS, clock);
  const { status, body } = await client({
    method: 'POST',
    path: '/oauth/token',
    authorization: undefined,
    scope,
    body: { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(fields).toString() },
    secrets: [clientSecret],
  })
    .catch((error: unknown) => {
      throw isUnreadable(error) ? noToken(error.details.status) : error;
    })
    .finally(() => {
      scope.abort();
    });
  const answer = (body ?? {}) as { access_token?: unknown; expires_in?: unknown };
  if (typeof answer.access_token !== 'string' || !/^[!-~]+$/.test(answer.access_token)) throw noToken(status);
  const seconds = typeof answer.expires_in === 'object' ? NaN : Number(answer.expires_in);
  const lifetimeMs = 1000 * (seconds > 0 ? seconds : LIFETIME_SECONDS);
  return {
    authorization: `Bearer ${answer.access_token}`,
    renewAt: asked + USED * lifetimeMs,
    endsAt: asked + lifetimeMs,
  };
}

/** Whether the upstream refused to give a token. */
function isNoToken(error: unknown): error is UpstreamError {
  const status = statusOf(error);
  return status !== undefined && status < 500 && status !== 429;
}

function isUnreadable(error: unknown): error is UpstreamError {
  if (!(error instanceof UpstreamError)) return false;
  return error.details.failure === 'bad_response' || error.details.failure === 'oversized';
}

function noToken(status: number | undefined): UpstreamError {
  return credentialsFailure(status, 'there is no token in the answer');
}

/** A failure of its own, not the status: a client that is told 401 or 403 would look for the fault in its own token. */
function refused(status: number | undefined): UpstreamError {
  return credentialsFailure(status, 'it refuses the gateway’s own credentials');
}

function credentialsFailure(status: number | undefined, text: string): UpstreamError {
  return new UpstreamError({ failure: 'credentials', ...(status !== undefined && { status }), text });
}
