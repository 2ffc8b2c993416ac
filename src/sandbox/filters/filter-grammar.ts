/** A parsed filter. The API might not support its fields and operators. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly terms: readonly Filter[] }
  | { readonly kind: 'not'; readonly term: Filter }
  | {
      readonly kind: 'test';
      readonly field: string;
      readonly operator: string;
      /** Empty for `isnull` and `pr`. Several only for `in` and `ca`. */
      readonly values: readonly string[];
    };

/** Thrown if a filter doesn't follow the grammar. The message says what is wrong. */
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
 * Parses a filter. Keywords are lower case. `not` binds tighter than `and`, and `and` tighter than `or`.
 * @throws FilterSyntaxError for bad syntax, or if parentheses and `not` are nested more than 40 deep.
 */
export function parseFilter(text: string): Filter {
  return new FilterParser(text).parse();
}

class FilterParser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private depth = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  parse(): Filter {
    const filter = this.either();
    this.expect('end');
    return filter;
  }

  private either = (): Filter => this.joined('or', this.both);
  private both = (): Filter => this.joined('and', this.unary);

  private joined(kind: 'and' | 'or', read: () => Filter): Filter {
    const terms = [read()];
    while (this.isWord(kind)) {
      this.take();
      terms.push(read());
    }
    const [only] = terms;
    return terms.length === 1 && only !== undefined ? only : { kind, terms };
  }

  private unary = (): Filter => {
    if (!this.isWord('not')) return this.primary();
    this.take();
    return this.nested(() => ({ kind: 'not', term: this.unary() }));
  };

  private primary(): Filter {
    if (this.peek().kind === '(') {
      this.take();
      const inner = this.nested(this.either);
      this.expect(')');
      return inner;
    }
    if (this.isWord('pr')) {
      this.take();
      return { kind: 'test', field: this.field(), operator: 'pr', values: [] };
    }
    return this.comparison(this.field());
  }

  private comparison(field: string): Filter {
    const token = this.expect('word');
    const operator = token.text;
    if (operator === 'isnull') return { kind: 'test', field, operator, values: [] };
    if (binaryOperators.has(operator)) return { kind: 'test', field, operator, values: [this.value()] };
    if (!listOperators.has(operator)) throw unexpected(token, 'an operator');
    this.expect('(');
    const values = [this.value()];
    while (this.peek().kind === ',') {
      this.take();
      values.push(this.value());
    }
    this.expect(')');
    return { kind: 'test', field, operator, values };
  }

  private field(): string {
    const token = this.expect('word');
    if (!fieldName.test(token.text)) throw unexpected(token, 'a field');
    return token.text;
  }

  private value(): string {
    const token = this.take();
    if (token.kind !== 'string' && token.kind !== 'word') throw unexpected(token, 'a value');
    return token.text;
  }

  private nested(read: () => Filter): Filter {
    if (++this.depth > maxDepth) throw new FilterSyntaxError(`Nested more than ${maxDepth} deep`);
    const filter = read();
    this.depth--;
    return filter;
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: '', at: this.text.length };
  }

  private take(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private isWord(word: string): boolean {
    return this.peek().kind === 'word' && this.peek().text === word;
  }

  private expect(kind: Token['kind']): Token {
    const token = this.take();
    if (token.kind !== kind) throw unexpected(token, kind);
    return token;
  }
}

/** No space is needed before a quote or parenthesis. Only `\"` and `\\` are escapes. Other backslashes are literal. */
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
