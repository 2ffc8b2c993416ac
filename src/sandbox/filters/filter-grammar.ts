/** A filter as read: nothing is known yet of which fields and operators the API supports. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | {
      readonly kind: 'test';
      readonly field: string;
      readonly operator: string;
      /** None for `isnull` and `pr`, several only for `in` and `ca`. */
      readonly values: readonly string[];
    };

/** A filter that doesn't follow the grammar. The message says what was expected and where. */
export class FilterSyntaxError extends Error {
  override name = 'FilterSyntaxError';
}

interface Token {
  readonly kind: 'word' | 'string' | '(' | ')' | ',' | 'end';
  readonly text: string;
  readonly at: number;
}

const binaryOperators = new Set(['eq', 'ne', 'co', 'sw', 'gt', 'ge', 'lt', 'le']);
const listOperators = new Set(['in', 'ca']);
const fieldName = /^[A-Za-z_][\w.]*$/;
const maxDepth = 40;

/**
 * Reads a filter. Keywords are lower case; `not` binds tighter than `and`, and `and` tighter than `or`.
 * @throws FilterSyntaxError also when parentheses and `not` are nested more than 40 deep.
 */
export function parseFilter(text: string): Filter {
  const tokens = tokenize(text);
  let position = 0;
  let depth = 0;

  const peek = (): Token => tokens[position] ?? { kind: 'end', text: '', at: text.length };
  const take = (): Token => {
    const token = peek();
    position++;
    return token;
  };
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text === word;
  const expect = (kind: Token['kind']): Token => {
    const token = take();
    if (token.kind !== kind) throw unexpected(token, kind);
    return token;
  };
  const nested = (read: () => Filter): Filter => {
    if (++depth > maxDepth) throw new FilterSyntaxError(`Nested more than ${maxDepth} deep`);
    const filter = read();
    depth--;
    return filter;
  };

  const either = (): Filter => joined('or', both);
  const both = (): Filter => joined('and', unary);
  const joined = (kind: 'and' | 'or', read: () => Filter): Filter => {
    const terms = [read()];
    while (isWord(kind)) {
      take();
      terms.push(read());
    }
    const [only] = terms;
    return terms.length === 1 && only !== undefined ? only : { kind, terms };
  };
  const unary = (): Filter => {
    if (!isWord('not')) return primary();
    take();
    return nested(() => ({ kind: 'not', term: unary() }));
  };
  const primary = (): Filter => {
    if (peek().kind === '(') {
      take();
      const inner = nested(either);
      expect(')');
      return inner;
    }
    if (isWord('pr')) {
      take();
      return { kind: 'test', field: field(), operator: 'pr', values: [] };
    }
    return comparison(field());
  };
  const comparison = (name: string): Filter => {
    const token = expect('word');
    const operator = token.text;
    if (operator === 'isnull') return { kind: 'test', field: name, operator, values: [] };
    if (binaryOperators.has(operator)) return { kind: 'test', field: name, operator, values: [value()] };
    if (!listOperators.has(operator)) throw unexpected(token, 'an operator');
    expect('(');
    const values = [value()];
    while (peek().kind === ',') {
      take();
      values.push(value());
    }
    expect(')');
    return { kind: 'test', field: name, operator, values };
  };
  const field = (): string => {
    const token = expect('word');
    if (!fieldName.test(token.text)) throw unexpected(token, 'a field');
    return token.text;
  };
  const value = (): string => {
    const token = take();
    if (token.kind !== 'string' && token.kind !== 'word') throw unexpected(token, 'a value');
    return token.text;
  };

  const filter = either();
  expect('end');
  return filter;
}

/** No blank is needed before a quote or a parenthesis. Only `\"` and `\\` are escapes; any other backslash stands for itself. */
function tokenize(text: string): Token[] {
  const pattern = /\s+|([(),])|"((?:[^"\\]|\\["\\]|\\(?!["\\]))*)"|([^\s(),"]+)/gy;
  const tokens: Token[] = [];
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new FilterSyntaxError(`Unterminated string at ${at}`);
    const [, mark, quoted, word] = match;
    if (mark !== undefined) tokens.push({ kind: mark as '(' | ')' | ',', text: mark, at });
    if (quoted !== undefined) {
      tokens.push({ kind: 'string', text: quoted.replace(/\\(["\\])/g, '$1'), at });
    }
    if (word !== undefined) tokens.push({ kind: 'word', text: word, at });
  }
  return tokens;
}

function unexpected(token: Token, wanted: string): FilterSyntaxError {
  const found = token.kind === 'end' ? 'the end' : `"${token.text}" at ${token.at}`;
  return new FilterSyntaxError(`Expected ${wanted} but found ${found}`);
}
