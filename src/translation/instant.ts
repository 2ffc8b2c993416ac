/** The form of nearly all dates. Excludes 29 February, which needs a calendar, and leap seconds. */
const CANONICAL =
  /^\d{4}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;
const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?\s*(Z|[+-]\d\d:?\d\d)?$/i;
const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** Range of the dates that a number can stand for, in epoch milliseconds. No task is older or later. */
const EARLIEST_MS = Date.UTC(2000, 0);
const LATEST_MS = Date.UTC(2100, 0);

/**
 * Reads a date in any form seen so far: RFC 3339, also without seconds, without a zone (then UTC), with a blank instead
 * of the `T`, or with any number of fraction digits; or a number of milliseconds since 1970, or of seconds if
 * milliseconds would be out of range. Returns RFC 3339 in UTC with milliseconds. Null if it is not a date.
 */
export function readInstant(value: unknown): string | null {
  if (typeof value === 'string' && CANONICAL.test(value)) return value;
  const number = asNumber(value);
  if (number !== undefined) return fromEpoch(number);
  return typeof value === 'string' ? fromText(value.trim()) : null;
}

/**
 * Whether a date is set, even if it can't be read: a text that isn't blank, or a number above 0. A number up to 0, also
 * as text, means that there is no date.
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
  // Date.parse reads 30 February as a day in March.
  if (!toIso(Date.parse(day))?.startsWith(day)) return null;
  const offset = zone.length === 5 ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone;
  const millis = fraction.slice(0, 3).padEnd(3, '0');
  return toIso(Date.parse(`${day}T${minute}${second}.${millis}${offset.toUpperCase()}`));
}

/** Null for an invalid date, and for a year that doesn't have the four digits of RFC 3339. */
function toIso(epochMs: number): string | null {
  const date = new Date(epochMs);
  const year = date.getUTCFullYear();
  return year >= 0 && year <= 9999 ? date.toISOString() : null;
}
