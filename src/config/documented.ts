import type { z } from 'zod';

/** Documentation of a setting for `--help`, docs/configuration.md and .env.example, besides its name. */
export interface SettingDoc {
  readonly group: Group;
  readonly description: string;
  /** Its default: a value as it is written, or a description. */
  readonly default: string;
  /** An example for .env, if the default is not a value. */
  readonly example?: string;
}

export const groups = [
  'SailPoint',
  'Who may ask',
  'Limits',
  'Persisted operations and federation',
  'Serving',
  'Development',
] as const;
type Group = (typeof groups)[number];

/** Documents a setting that has a default. */
export function setting<S extends z.ZodType<unknown, string>>(
  group: Group,
  fallback: string,
  schema: S,
  description: string,
): z.ZodPrefault<S> {
  return schema.prefault(fallback as z.input<S>).meta({ group, description, default: fallback });
}

/** Documents a setting that may be undefined. `fallback` describes what applies then. */
export function optional<S extends z.ZodType>(
  group: Group,
  fallback: string,
  schema: S,
  description: string,
  example?: string,
): z.ZodOptional<S> {
  return schema.optional().meta({ group, description, default: fallback, ...(example && { example }) });
}
