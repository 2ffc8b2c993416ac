/** Maximum length of a filter in a URL, in bytes. Proxies refuse request lines that are much longer. */
export const MAX_FILTER_BYTES = 8_000;

/** Returns the length of a filter expression in a URL, in bytes. */
export function encodedBytes(expression: string): number {
  return encodeURIComponent(expression).length;
}

/** Returns a text as a string literal of the filter language. Only backslashes and quotes need escaping. */
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

/** `a and b`. No condition may contain an `or`, because no parentheses are added. */
export function allOf(conditions: readonly string[]): string {
  return conditions.join(' and ');
}
