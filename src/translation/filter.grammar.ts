/** The bytes that a filter may take in a URL: proxies refuse request lines of much more. */
export const MAX_FILTER_BYTES = 8_000;

/** The length of a filter expression once it is in a URL, in bytes. */
export function encodedBytes(expression: string): number {
  return encodeURIComponent(expression).length;
}

/** A text as a string literal of the filter language: backslash and quote are escaped, nothing else is special. */
export function stringLiteral(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** `field eq "value"` */
export function equals(field: string, value: string): string {
  return `${field} eq ${stringLiteral(value)}`;
}

/** `field in ("a","b")` */
export function oneOf(field: string, values: readonly string[]): string {
  return `${field} in (${values.map(stringLiteral).join(',')})`;
}

/** `a and b`; the operands are whole conditions without an `or`. */
export function allOf(conditions: readonly string[]): string {
  return conditions.join(' and ');
}
