import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/**
 * Contents of a file of variables. Warnings and problems name lines and variables, but no values: those might be
 * secrets.
 */
export interface EnvFile {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** Reads a file of `NAME=value` lines, if there is one. Quoted values can span lines. */
export function readEnvFile(path: string): EnvFile {
  const text = readText(path);
  if (typeof text !== 'string') return { variables: {}, warnings: [], problems: text.problems };

  const variables: Record<string, string | undefined> = {};
  const warnings: string[] = [];
  const problems: string[] = [];
  const lines = text.split(/\r\n?|\n/);
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? '';
    const where = `${path} line ${index + 1}`;
    const [, name = '', given = ''] = /^(?:export\s+)?([\w.-]+)\s*=(.*)$/.exec(line.trimStart()) ?? [];
    const start = given.trimStart();
    if (name === '') {
      if (!/^\s*(?:#|$)/.test(line))
        warnings.push(`${where} is no assignment such as PORT=4000: it is ignored`);
      continue;
    }
    if (/^NODE_(?!ENV$)/.test(name))
      warnings.push(`${where}: ${name} has no effect in a file, since Node.js reads it before`);
    let value = start;
    const quote = /^["'`]/.exec(start)?.[0];
    if (quote === undefined) {
      if (/^[^#]*[^\s#]#/.test(start))
        warnings.push(`${where}: "#" begins a comment; a value that holds it must be in quotes`);
    } else {
      while (!value.includes(quote, 1) && index + 1 < lines.length) value += `\n${lines[++index] ?? ''}`;
      const rest = value.includes(quote, 1) ? value.slice(value.indexOf(quote, 1) + 1) : undefined;
      if (rest === undefined || !/^\s*(?:#|$)/.test(rest)) {
        problems.push(
          `${where} must be an assignment whose quotes are closed, with nothing after them: ${name}`,
        );
        break;
      }
    }
    // Line by line, because Node.js 20 would take a line that it doesn't understand as part of the next.
    Object.assign(variables, parseEnv(`${name}=${value}`));
  }
  return { variables, warnings, problems };
}

/** Returns a file's text, decoded by its byte order mark, or as UTF-8 without one. Empty if there is no file. */
function readText(path: string): string | { problems: string[] } {
  try {
    const bytes = readFileSync(path);
    const mark = bytes.subarray(0, 2).toString('hex');
    const encoding = { fffe: 'utf-16le', feff: 'utf-16be' }[mark] ?? 'utf-8';
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    return {
      problems: [`${path} must be a text file in UTF-8 that can be read, or not be there: ${code ?? ''}`],
    };
  }
}
