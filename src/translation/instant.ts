/** As nearly every date comes: no 29 February, which needs a calendar, and no leap second. */
const CANONICAL =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** No task is older, nor from a later time: what a number means otherwise is no date of a task's. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

/**
 * Reads a date in any form that was seen: RFC 3339, without seconds, without a zone (then UTC), with a blank for
 * the T, with six digits of a second; or a number of milliseconds since 1970, or of seconds where milliseconds would
 * be no date of a task's. Gives RFC 3339 in UTC; null where it is no date.
 */
export function readInstant(value: unknown): string | null {
  if (typeof value === 'string' && CANONICAL.test(value)) return value;
  const number = asNumber(value);
  if (number !== undefined) return fromEpoch(number);
  return typeof value === 'string' ? fromText(value.trim()) : null;
}

/**
 * Whether a date is there, if only in a form that can't be read: a text, or a number above 0. A number up to 0 stands
 * for none, and nothing else is a date.
 */
export function isDateSet(value: unknown): boolean {
  const number = asNumber(value);
  if (number !== undefined) return number > 0;
  return typeof value === 'string' && value.trim() !== '';
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMBER.test(value.trim()) ? Number(value) : undefined;
}

function fromEpoch(number: number): string | null {
  const ms = [number, number * 1000].find((each) => each >= EARLIEST_MS && each < LATEST_MS);
  return ms === undefined ? null : new Date(ms).toISOString();
}

function fromText(text: string): string | null {
  const match = INSTANT.exec(text);
  if (!match) return null;
  const [, day = '', minute = '', second = ':00', fraction = '', zone = 'Z'] = match;
  // Date.parse takes 30 February for the first of March.
  if (!toIso(Date.parse(day))?.startsWith(day)) return null;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  return toIso(Date.parse(`${day}T${minute}${second}.${millis}${offset.toUpperCase()}`));
}

/** RFC 3339 has years of four digits only. */
function toIso(epochMs: number): string | null {
  const date = new Date(epochMs);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}
