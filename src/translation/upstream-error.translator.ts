import { GraphQLError } from 'graphql';
import type { UpstreamError } from '../upstream/upstream-error.js';

interface Meaning {
  readonly code: string;
  /** What happened and what can be done about it, for a person. The upstream's words are put behind it. */
  readonly message: string;
}

const UNAVAILABLE: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'SailPoint could not be reached or failed. Try again later',
};
const TIMEOUT: Meaning = {
  code: 'UPSTREAM_TIMEOUT',
  message: 'SailPoint did not answer in time. Try again later',
};
const BAD_RESPONSE: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message: 'SailPoint gave an answer that could not be used',
};
const UNTRUSTED: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message:
    'SailPoint could not be reached: its certificate is not trusted. The log of the gateway has the reason',
};
const FOREIGN: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message:
    'The answer is not SailPoint’s: something between it and the gateway, such as a proxy or a sign-in page, sent it',
};
const OVERSIZED: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message: 'SailPoint gave an answer that is too large',
};
const OVERSIZED_LIST: Meaning = { ...OVERSIZED, message: `${OVERSIZED.message}. Ask for fewer rows` };
const NO_LIST: Meaning = {
  code: 'NOT_FOUND',
  message: 'SailPoint has no such list of tasks: this tenant may not have the API version',
};
const RATE_LIMITED: Meaning = {
  code: 'RATE_LIMITED',
  message: 'SailPoint’s rate limit is used up. Try again later',
};
const BAD_INPUT: Meaning = {
  code: 'BAD_USER_INPUT',
  message: 'SailPoint refused the request as it was asked',
};

/** The one table from the upstream's statuses to the codes of the contract. Other statuses: see {@link meaningOf}. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: BAD_INPUT,
  401: { code: 'UNAUTHENTICATED', message: 'SailPoint did not accept the access token. Sign in again' },
  403: {
    code: 'FORBIDDEN',
    message: 'This access token may not do that: it lacks the scope, the user level or a user',
  },
  404: { code: 'NOT_FOUND', message: 'SailPoint has no such task' },
  412: BAD_INPUT,
  429: RATE_LIMITED,
  504: TIMEOUT,
};

/** Told where neither the upstream nor the gateway's own count of its calls says when to come back. */
const RETRY_AFTER_SECONDS = 10;

function meaningOf({ details: { failure, status = 0, list } }: UpstreamError): Meaning {
  switch (failure) {
    case 'connection':
    case 'broken':
    case 'crowded':
      return UNAVAILABLE;
    case 'untrusted':
      return UNTRUSTED;
    case 'foreign':
      return FOREIGN;
    case 'oversized':
      return list ? OVERSIZED_LIST : OVERSIZED;
    case 'timeout':
    case 'abandoned':
      return TIMEOUT;
    case 'held':
      return RATE_LIMITED;
    case 'unreadable':
    case 'credentials':
      return BAD_RESPONSE;
    case 'status':
      if (status === 404 && list) return NO_LIST;
      return byStatus[status] ?? (status >= 500 ? UNAVAILABLE : BAD_RESPONSE);
  }
}

/** A failed call as the client gets it: code, message, and what SailPoint's support would ask for. */
export function toGraphQLError(error: UpstreamError): GraphQLError {
  return build(error);
}

/** The same of an update. Whether it may be applied all the same is in the extensions and, if so, in the message. */
export function toUpdateError(error: UpstreamError, mayBeApplied: boolean): GraphQLError {
  return mayBeApplied
    ? build(error, { mayBeApplied }, ' The update may be applied all the same: look at the task first.')
    : build(error, { mayBeApplied });
}

function build(error: UpstreamError, others: object = {}, advice = ''): GraphQLError {
  const { code, message } = meaningOf(error);
  const { text, status, detailCode, trackingId, requestId } = error.details;
  const retryAfterSeconds =
    error.details.retryAfterSeconds ?? (code === RATE_LIMITED.code ? RETRY_AFTER_SECONDS : undefined);
  const upstream = { status, detailCode, trackingId, requestId, retryAfterSeconds };
  const isKnown = status !== undefined || retryAfterSeconds !== undefined;
  return new GraphQLError(`${text === undefined ? `${message}.` : `${message}: ${text}`}${advice}`, {
    extensions: { code, ...others, ...(isKnown && { upstream }) },
  });
}
