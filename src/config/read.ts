import type { z } from 'zod';
import { judgeNames } from './names.js';
import { replaceRenamed } from './renamed.js';

/** Environment variables, or others in their place. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables that are set, trimmed. */
export type Given = Readonly<Record<string, string>>;

/**
 * The settings, or the problems of the variables that are wrong. Warnings tell what is odd but not wrong. One line
 * each, beginning with the name of the variable.
 */
export type Reading<T> = ({ readonly value: T } | { readonly problems: readonly string[] }) & {
  readonly warnings: readonly string[];
};

/**
 * Reads variables by a schema. Empty variables are treated as unset.
 * @param settings The names of all settings, to recognize near misses.
 * @param odd Returns warnings about settings that are valid.
 */
export function read<S extends z.ZodObject, T>(
  schema: S,
  settings: readonly string[],
  environment: Environment,
  build: (variables: z.output<S>) => T,
  odd: (given: Given, value: T) => readonly string[] = () => [],
): Reading<T> {
  const renamed = replaceRenamed(trimmed(environment));
  const { given } = renamed;
  const names = judgeNames(given, settings);
  const problems = [...renamed.problems, ...names.problems];
  const warnings = [...renamed.warnings, ...names.warnings];
  const { success, data, error } = schema.safeParse(given);
  if (success && problems.length === 0) {
    const value = Object.freeze(build(data));
    return { value, warnings: [...warnings, ...odd(given, value)] };
  }
  const bad = error?.issues.map(({ path: [name], message }) => `${String(name)} must be ${message}`);
  return { problems: [...new Set([...problems, ...(bad ?? [])])], warnings };
}

function trimmed(environment: Environment): Given {
  return Object.fromEntries(
    Object.entries(environment)
      .map(([name, value = '']) => [name, value.trim()] as const)
      .filter(([, value]) => value !== ''),
  );
}
