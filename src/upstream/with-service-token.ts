import type { Clock } from './clock.js';
import { createCallScope, raceAbort } from './call-scope.js';
import { servicePrincipal } from './principal.js';
import type { UpstreamClient, UpstreamRequest, UpstreamResponse } from './transport.js';
import { excerpt, oncePerMinute, type UpstreamLog } from './upstream-log.js';
import { statusOf, UpstreamError } from './upstream-error.js';

/** The gateway's own OAuth client. */
export interface ServiceCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** The share of a token's lifetime after which it is renewed. */
const USED = 0.9;

/** Timeout of a request for a token, in milliseconds. */
const MAX_WAIT_MS = 10_000;

/** Lifetime of a token if the answer has none, in seconds. */
const LIFETIME_SECONDS = 60;

interface Token {
  readonly authorization: string;
  /** Epoch milliseconds. */
  readonly renewAt: number;
  readonly endsAt: number;
}

/** The gateway's own token. One request at a time renews it, before it ends. */
export class ServiceToken {
  private token: Token | undefined;
  private renewal: Promise<Token> | undefined;
  private refused = false;
  private readonly isDue: (reason: string) => boolean;

  constructor(
    private readonly credentials: ServiceCredentials,
    private readonly clock: Clock,
    private readonly warn: UpstreamLog,
  ) {
    this.isDue = oncePerMinute(clock);
  }

  /** Whether the upstream refused the credentials, or a token that it had just issued. False again after a renewal. */
  get isRefused(): boolean {
    return this.refused;
  }

  /** Returns the `Authorization` header to send. `client` requests a new token if one is due. */
  async current(client: UpstreamClient): Promise<string> {
    const { token, clock } = this;
    if (token === undefined || clock.now() >= token.endsAt) return (await this.renew(client)).authorization;
    // Refresh in the background; ignore failures.
    if (clock.now() >= token.renewAt) this.renew(client).catch(() => undefined);
    return token.authorization;
  }

  /** Drops a token that the upstream refused. */
  invalidate(authorization: string): void {
    if (this.token?.authorization === authorization) this.token = undefined;
  }

  /** Records that the upstream refused the credentials. Returns the error for the client. */
  refuse({ details: { status, text } }: UpstreamError): UpstreamError {
    this.refused = true;
    const words = text && excerpt(text, [this.credentials.clientSecret]);
    if (this.isDue(`${status} ${words}`))
      this.warn({ status, text: words }, 'SailPoint refuses the gateway’s credentials');
    return refusal(status);
  }

  private renew(client: UpstreamClient): Promise<Token> {
    this.renewal ??= requestToken(client, this.credentials, this.clock)
      .then((fresh) => {
        this.refused = false;
        return (this.token = fresh);
      })
      .catch((error: unknown) => {
        throw isNoToken(error) ? this.refuse(error) : error;
      })
      .finally(() => (this.renewal = undefined));
    return this.renewal;
  }
}

/**
 * Sends calls with the gateway's own token, by the OAuth client credentials grant. A 401 is retried once with a new
 * token.
 */
export function withServiceToken(next: UpstreamClient, token: ServiceToken): UpstreamClient {
  const send = (request: UpstreamRequest, authorization: string): Promise<UpstreamResponse> =>
    next({ ...request, principal: { ...request.principal, authorization } });
  return async (request) => {
    const { scope } = request;
    const authorization = await raceAbort(scope, token.current(next));
    try {
      return await send(request, authorization);
    } catch (error) {
      if (statusOf(error) !== 401) throw error;
      token.invalidate(authorization);
      return await send(request, await raceAbort(scope, token.current(next))).catch((again: unknown) => {
        throw statusOf(again) === 401 ? token.refuse(again as UpstreamError) : again;
      });
    }
  };
}

async function requestToken(
  client: UpstreamClient,
  { clientId, clientSecret }: ServiceCredentials,
  clock: Clock,
): Promise<Token> {
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const requested = clock.now();
  const scope = createCallScope(requested + MAX_WAIT_MS, clock);
  const { status, body } = await client({
    method: 'POST',
    path: '/oauth/token',
    principal: servicePrincipal,
    scope,
    calls: [],
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
    renewAt: requested + USED * lifetimeMs,
    endsAt: requested + lifetimeMs,
  };
}

/** Whether the upstream refused to issue a token. */
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

/** Not a `status` failure: a consumer that gets a 401 or 403 would look for the fault in its own token. */
function refusal(status: number | undefined): UpstreamError {
  return credentialsFailure(status, 'it refuses the gateway’s own credentials');
}

function credentialsFailure(status: number | undefined, text: string): UpstreamError {
  return new UpstreamError({ failure: 'credentials', ...(status !== undefined && { status }), text });
}
