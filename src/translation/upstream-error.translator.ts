import { GraphQLError } from 'graphql';
import type { UpstreamError } from '../upstream/upstream-error.js';

interface Meaning {
  readonly code: string;
  /** What happened, for a person to read. The upstream's own text follows it. */
  readonly message: string;
  /** What can be done about it. */
  readonly advice?: string;
}

const LATER = 'Try again later';

const UNREACHED: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'SailPoint could not be reached',
  advice: LATER,
};
const UNAVAILABLE: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'SailPoint failed',
  advice: LATER,
};
const TIMEOUT: Meaning = {
  code: 'UPSTREAM_TIMEOUT',
  message: 'SailPoint did not answer in time',
  advice: LATER,
};
const BAD_RESPONSE: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message: 'SailPoint gave an answer that could not be used',
};
const UNTRUSTED: Meaning = {
  code: 'UPSTREAM_UNAVAILABLE',
  message: 'SailPoint could not be reached: its certificate is not trusted',
  advice: 'The log of the gateway has the reason',
};
const FOREIGN: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message: 'The answer is not SailPoint’s: an intermediary, such as a proxy or a sign-in page, sent it',
};
const OVERSIZED: Meaning = {
  code: 'UPSTREAM_BAD_RESPONSE',
  message: 'SailPoint gave an answer that is too large',
};
const OVERSIZED_LIST: Meaning = { ...OVERSIZED, advice: 'Ask for fewer rows' };
const NO_LIST: Meaning = {
  code: 'NOT_FOUND',
  message: 'SailPoint has no such list of tasks: this tenant may not have the API version',
};
const RATE_LIMITED: Meaning = {
  code: 'RATE_LIMITED',
  message: 'SailPoint’s rate limit is used up',
  advice: LATER,
};
const BAD_INPUT: Meaning = {
  code: 'BAD_USER_INPUT',
  message: 'SailPoint refused the request as it was asked',
};

/** Maps the upstream's statuses to the codes that clients see. For other statuses, see {@link meaningOf}. */
const byStatus: Readonly<Record<number, Meaning>> = {
  400: BAD_INPUT,
  401: {
    code: 'UNAUTHENTICATED',
    message: 'SailPoint did not accept the access token',
    advice: 'Sign in again',
  },
  403: {
    code: 'FORBIDDEN',
    message: 'This access token may not do that: it lacks the scope, the user level or a user',
  },
  404: { code: 'NOT_FOUND', message: 'SailPoint has no such task' },
  412: BAD_INPUT,
  429: RATE_LIMITED,
  504: TIMEOUT,
};

/** Default for RATE_LIMITED, if neither the upstream nor the gateway's own rate limit says when to retry. */
const RETRY_AFTER_SECONDS = 10;

function meaningOf({ details: { failure, status = 0, list } }: UpstreamError): Meaning {
  switch (failure) {
    case 'connection':
      return UNREACHED;
    case 'circuit_open':
    case 'queue_full':
      return UNAVAILABLE;
    case 'untrusted':
      return UNTRUSTED;
    case 'foreign':
      return FOREIGN;
    case 'oversized':
      return list ? OVERSIZED_LIST : OVERSIZED;
    case 'timeout':
    case 'cancelled':
      return TIMEOUT;
    case 'rate_limited':
      return RATE_LIMITED;
    case 'bad_response':
    case 'credentials':
      return BAD_RESPONSE;
    case 'status':
      if (status === 404 && list) return NO_LIST;
      return byStatus[status] ?? (status >= 500 ? UNAVAILABLE : BAD_RESPONSE);
  }
}

/** Message for an update whose outcome is unknown. */
export const MAY_BE_APPLIED = 'The update may be applied all the same: look at the task first.';

/**
 * Translates a failed call for the client: code, message, and the ids that SailPoint's support asks for. For an update,
 * `mayBeApplied` tells whether it might be applied despite the error. Leave it out for other calls.
 */
export function toGraphQLError(error: UpstreamError, mayBeApplied?: boolean): GraphQLError {
  const { code, message, advice } = meaningOf(error);
  const { text, status, detailCode, trackingId, requestId } = error.details;
  const retryAfterSeconds =
    error.details.retryAfterSeconds ?? (code === RATE_LIMITED.code ? RETRY_AFTER_SECONDS : undefined);
  const upstream = { status, detailCode, trackingId, requestId, retryAfterSeconds };
  const isKnown = status !== undefined || retryAfterSeconds !== undefined;
  const sentences = [
    text === undefined ? `${message}.` : `${message}: ${text}`,
    mayBeApplied === true ? MAY_BE_APPLIED : advice && `${advice}.`,
  ];
  return new GraphQLError(join(sentences), {
    extensions: {
      code,
      ...(mayBeApplied !== undefined && { mayBeApplied }),
      ...(isKnown && { upstream }),
    },
  });
}

/** Joins sentences with blanks. Each except the last gets a full stop if it has no end. */
function join(sentences: readonly (string | undefined)[]): string {
  const given = sentences.filter((sentence) => sentence !== undefined);
  return given
    .map((sentence, index) =>
      index < given.length - 1 && !/[.!?]$/.test(sentence) ? `${sentence}.` : sentence,
    )
    .join(' ');
}
