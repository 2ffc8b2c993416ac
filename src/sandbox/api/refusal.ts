import { type Answer, jsonAnswer } from './answer.js';

/** Thrown for a request that the API refuses. Becomes an answer when the tracking id is known. */
export class Refusal extends Error {
  override name = 'Refusal';

  constructor(
    readonly status: number,
    private readonly toBody: (trackingId: string) => object,
    private readonly headers: Record<string, string> = {},
  ) {
    super(`Refused with ${status}`);
  }

  /** @param trackingId 32 hexadecimal digits. */
  toAnswer(trackingId: string): Answer {
    return jsonAnswer(this.status, this.toBody(trackingId), this.headers);
  }
}

const contentText = 'The request was syntactically correct but its content is semantically invalid.';

/** 400 for a request that is well-formed but invalid. `detail` becomes `detailMessage`. */
export function badContent(detail?: string): Refusal {
  return badRequest('400.1 Bad request content', contentText, detail);
}

/** 400 for a request that can't be parsed. */
export function badSyntax(detail: string): Refusal {
  return badRequest('400.1 Bad request syntax', 'The request could not be parsed.', detail);
}

/** 400 for a bad value of a query parameter. */
export function illegalValue(name: string, value: string): Refusal {
  return badRequest('400.1.3 Illegal value', `Illegal value "${value}" of query parameter "${name}".`);
}

/** Returns the recorded text for a value outside an enum, such as an answer's `type` used as a kind in a filter. */
export function enumProblem(field: string, value: string): string {
  return `Error converting Enumerated string (${field}) value (${value})`;
}

/** 401. `reason` completes the recorded sentence. */
export function unauthorized(reason: string): Refusal {
  return new Refusal(401, () => ({ error: `JWT validation failed: ${reason}` }));
}

/** 401 for an expired token. */
export function expiredToken(): Refusal {
  return unauthorized('JWT is expired');
}

/** 403 for a caller without the required right. */
export function forbidden(): Refusal {
  return plain(403, '403 Forbidden', 'The server understood the request but refuses to authorize it.');
}

/** 404 for a task or path that doesn't exist. */
export function notFound(): Refusal {
  return plain(
    404,
    '404 Not found',
    'The server did not find a current representation for the target resource.',
  );
}

/** 429. The spaces in the message are SailPoint's. */
export function tooManyRequests(retryAfterSeconds: number): Refusal {
  return new Refusal(429, () => ({ message: ' Rate Limit Exceeded ' }), {
    'Retry-After': String(retryAfterSeconds),
  });
}

/** 405 or 415, in the error format of SailPoint's framework. */
export function notSupported(status: 405 | 415, message: string): Refusal {
  return new Refusal(status, (trackingId) => ({
    errorName: 'NotSupportedException',
    errorMessage: message,
    trackingId,
  }));
}

/** Returns the usual refusal with this status, without details of the request. */
export function refusalOf(status: number, retryAfterSeconds: number): Refusal {
  switch (status) {
    case 400:
      return badContent();
    case 401:
      return expiredToken();
    case 403:
      return forbidden();
    case 404:
      return notFound();
    case 429:
      return tooManyRequests(retryAfterSeconds);
    case 500:
      return plain(500, '500.0 Internal Fault', 'An internal fault occurred.');
    default:
      return plain(status, `${status}.0`, 'The request could not be completed.');
  }
}

function plain(status: number, detailCode: string, text: string): Refusal {
  return new Refusal(status, (trackingId) => ({ detailCode, trackingId, messages: [inEnglish(text)] }));
}

/** A 400 has its text twice, for the request's locale and in English. The order varies. */
function badRequest(detailCode: string, text: string, detail?: string): Refusal {
  return new Refusal(400, (trackingId) => {
    const messages = [{ locale: 'und', localeOrigin: 'REQUEST', text }, inEnglish(text)];
    return {
      detailCode,
      trackingId,
      messages: trackingId < '8' ? messages : messages.reverse(),
      causes: [],
      ...(detail === undefined ? {} : { detailMessage: detail }),
    };
  });
}

function inEnglish(text: string): object {
  return { locale: 'en-US', localeOrigin: 'DEFAULT', text };
}
