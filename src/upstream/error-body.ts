const MAX_TEXT = 500;

/** What the body of an error answer says. */
export interface ErrorBody {
  readonly text?: string;
  readonly detailCode?: string;
  readonly trackingId?: string;
}

/**
 * Reads an error body in any of the vendor's shapes: `ErrorResponseDto` (`detailCode`, `messages[]`, `causes[]`),
 * `{message}` of the rate limiter and feature flags, `{error, error_description}` of the token check, and `{errorName,
 * errorMessage}`. Returns no text for anything else, such as HTML. Prefers the most specific text, and English among
 * several languages.
 */
export function readErrorBody(body: unknown): ErrorBody {
  if (typeof body !== 'object' || body === null) return {};
  const b = body as Record<string, unknown>;
  const text =
    join(b['error'], b['error_description']) ??
    words(b['message']) ??
    words(b['detailMessage']) ??
    entry(b['causes']) ??
    entry(b['messages']) ??
    words(b['formatted_msg']) ??
    words(b['errorMessage']);
  const detailCode = words(b['detailCode']) ?? words(b['errorName']);
  const trackingId = words(b['trackingId']);
  return {
    ...(text !== undefined && { text }),
    ...(detailCode !== undefined && { detailCode }),
    ...(trackingId !== undefined && { trackingId }),
  };
}

function words(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  // Control characters could forge log lines.
  const text = value
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
  return text === '' ? undefined : text;
}

function join(error: unknown, description: unknown): string | undefined {
  const parts = [words(error), words(description)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(': ');
}

function entry(list: unknown): string | undefined {
  if (!Array.isArray(list)) return undefined;
  const entries = list.filter(
    (item): item is Record<string, unknown> => typeof item === 'object' && item !== null,
  );
  const english = entries.find((item) => words(item['locale'])?.toLowerCase().startsWith('en'));
  return (
    words(english?.['text']) ?? entries.map((item) => words(item['text'])).find((text) => text !== undefined)
  );
}
