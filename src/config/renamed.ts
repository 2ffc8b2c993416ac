/** A setting's name or value in the previous release. */
interface Renamed {
  readonly old: string;
  readonly name: string;
  /** Returns the new value for an old one; undefined if the value is not an old one. */
  readonly convert: (value: string) => string | undefined;
}

const amountIn =
  (unit: string) =>
  (value: string): string | undefined =>
    /^[1-9]\d{0,8}$/.test(value) ? value + unit : undefined;
const words =
  (values: Readonly<Record<string, string>>) =>
  (value: string): string | undefined =>
    Object.hasOwn(values, value) ? values[value] : undefined;

const renamed: readonly Renamed[] = [
  { old: 'REQUEST_SECONDS', name: 'REQUEST_TIMEOUT', convert: amountIn('s') },
  { old: 'STOP_SECONDS', name: 'STOP_TIMEOUT', convert: amountIn('s') },
  { old: 'LAG_LIMIT_MS', name: 'LAG_LIMIT', convert: amountIn('ms') },
  { old: 'TRUSTED_DOOR', name: 'ALLOW_UNAUTHENTICATED', convert: words({ yes: 'on', no: 'off' }) }, // renamed
  { old: 'SAIL_ANONYMOUS', name: 'SAIL_ANONYMOUS', convert: words({ allow: 'on', refuse: 'off' }) },
];

/** New names of settings, by their old names. */
export const newNames: ReadonlyMap<string, string> = new Map(renamed.map(({ old, name }) => [old, name]));

/**
 * Replaces old names and values of settings with the new ones. A warning has the line to write. It is a problem if an
 * old name is set beside its new name, or has a value that it never had.
 */
export function replaceRenamed(given: Readonly<Record<string, string>>): {
  readonly given: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
} {
  const current = new Map(Object.entries(given));
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { old, name, convert } of renamed) {
    const value = given[old];
    if (value === undefined) continue;
    const converted = convert(value);
    if (old === name) {
      if (converted === undefined) continue;
    } else {
      current.delete(old);
      if (given[name] !== undefined) {
        problems.push(`${old} must be left out: it is the old name of ${name}, which is set`);
        continue;
      }
      if (converted === undefined) {
        problems.push(`${old} must be written as ${name}, its new name, and has a value that it can't have`);
        continue;
      }
    }
    current.set(name, converted);
    warnings.push(`${old}=${value} is deprecated: write ${name}=${converted}`);
  }
  return { given: Object.fromEntries(current), problems, warnings };
}
