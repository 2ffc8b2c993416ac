/** A setting: its default, parser and help. */
export interface Switch<T> {
  readonly fallback: T;
  /** What it does, in a sentence or two. */
  readonly help: string;
  /** Format of a value, to complete "must be …". */
  readonly expects: string;
  /** Returns the value of a text. Undefined if it is bad. */
  parse(text: string): T | undefined;
}

/** Accepts one of a few words or numbers. The first is the default. */
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

/** Accepts an integer within bounds, both included. */
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

/** Accepts a share from 0 (never, the default) to 1 (always). */
export function rate(help: string): Switch<number> {
  return {
    fallback: 0,
    help,
    expects: 'a share from 0 to 1',
    parse: (text) => (/^(0|1|0?\.\d+|[01]\.0+)$/.test(text) ? Number(text) : undefined),
  };
}

/** Accepts `on` or `off` (the default), and also `true` or `false`. */
export function onOff(help: string): Switch<boolean> {
  const words = new Map([
    ['on', true],
    ['true', true],
    ['off', false],
    ['false', false],
  ]);
  return { fallback: false, help, expects: '`on` or `off`', parse: (text) => words.get(text) };
}

/** Accepts a text that matches `form`. */
export function pattern(fallback: string, form: RegExp, expects: string, help: string): Switch<string> {
  return { fallback, help, expects, parse: (text) => (form.test(text) ? text : undefined) };
}

/** Accepts some of the given words, separated by commas. Default: none. */
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
