/** One thing that can be set: how to read it from text, what it is without, and what it does. */
export interface Switch<T> {
  readonly fallback: T;
  /** What it does, in one sentence. */
  readonly help: string;
  /** What a value must look like, to complete "must be …". */
  readonly expects: string;
  /** The value a text stands for, or undefined when it stands for none. */
  parse(text: string): T | undefined;
}

/** One of a few words or numbers; the first is the default. */
export function choice<const T extends string | number>(
  options: readonly [T, ...T[]],
  help: string,
): Switch<T> {
  return {
    fallback: options[0],
    help,
    expects: options.map((option) => `\`${option}\``).join(' or '),
    parse: (text) => options.find((option) => String(option) === text),
  };
}

/** A whole number within bounds, both included. */
export function count(fallback: number, help: string, high = 4_294_967_295, low = 0): Switch<number> {
  return {
    fallback,
    help,
    expects: `a whole number from ${low} to ${high}`,
    parse: (text) => {
      const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
      return value >= low && value <= high ? value : undefined;
    },
  };
}

/** A share, from 0 (never, the default) to 1 (always). */
export function rate(help: string): Switch<number> {
  return {
    fallback: 0,
    help,
    expects: 'a share from 0 to 1',
    parse: (text) => (/^(0|1|0?\.\d+|[01]\.0+)$/.test(text) ? Number(text) : undefined),
  };
}

/** `on` or `off` (the default); `true` and `false` are understood too. */
export function onOff(help: string): Switch<boolean> {
  const words = new Map([
    ['on', true],
    ['true', true],
    ['off', false],
    ['false', false],
  ]);
  return { fallback: false, help, expects: '`on` or `off`', parse: (text) => words.get(text) };
}

/** A text of a certain form. */
export function pattern(fallback: string, form: RegExp, expects: string, help: string): Switch<string> {
  return { fallback, help, expects, parse: (text) => (form.test(text) ? text : undefined) };
}

/** Some of the given words, separated by commas; none is the default. */
export function listOf(words: readonly string[], help: string): Switch<readonly string[]> {
  return {
    fallback: [],
    help,
    expects: `a comma-separated list of ${words.join(', ')}`,
    parse: (text) => {
      const parts = text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
      return parts.every((part) => words.includes(part)) ? parts : undefined;
    },
  };
}
