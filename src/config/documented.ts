import type { z } from 'zod';

/** What `--help`, docs/configuration.md and .env.example say of a setting, besides its name. */
export interface SettingDoc {
  readonly group: Group;
  readonly description: string;
  /** Its default, as its value is written; or in words. */
  readonly default: string;
  /** An example for .env, if the default is none. */
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

/** Documents a setting that may be undefined. `fallback` says in words what holds then. */
export function optional<S extends z.ZodType>(
  group: Group,
  fallback: string,
  schema: S,
  description: string,
  example?: string,
): z.ZodOptional<S> {
  return schema.optional().meta({ group, description, default: fallback, ...(example && { example }) });
}
