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

function meaningOf({ details: { failure, status = 0 } }: UpstreamError): Meaning {
  switch (failure) {
    case 'connection':
    case 'broken':
    case 'crowded':
      return UNAVAILABLE;
    case 'timeout':
    case 'abandoned':
      return TIMEOUT;
    case 'held':
      return RATE_LIMITED;
    case 'unreadable':
    case 'credentials':
      return BAD_RESPONSE;
    case 'status':
      return byStatus[status] ?? (status >= 500 ? UNAVAILABLE : BAD_RESPONSE);
  }
}

/** A failed call as the client gets it: code, message, and what SailPoint's support would ask for. */
export function toGraphQLError(error: UpstreamError): GraphQLError {
  const { code, message } = meaningOf(error);
  const { text, status, detailCode, trackingId, requestId, retryAfterSeconds } = error.details;
  const upstream = { status, detailCode, trackingId, requestId, retryAfterSeconds };
  const isKnown = status !== undefined || retryAfterSeconds !== undefined;
  return new GraphQLError(text === undefined ? `${message}.` : `${message}: ${text}`, {
    extensions: { code, ...(isKnown && { upstream }) },
  });
}
