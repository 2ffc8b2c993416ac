import { createHash } from 'node:crypto';
import fc, { type GeneratorValue } from 'fast-check';
import type { GraphQLSchema } from 'graphql';
import { makeOperation } from '../fuzz/operation-maker.js';
import type { RawRequest } from '../support/raw-request.js';

/** A text, its operations' names, and variables that it may want. */
interface Sample {
  readonly query: string;
  readonly names: readonly string[];
  readonly variables: Record<string, unknown>;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Literals of an id, as they stand in a text. */
const idLiterals = [
  '""',
  '"a b"',
  '"\\u0061"',
  '"\\ud83d\\ude00"',
  '"\\ud83d"',
  '"\ud83d\ude00"',
  '"\ud83d"',
  '"\ufffd"',
  '"a\\"b"',
  '"a\\\\"',
  '"# no comment"',
  '"a\nb"',
  '"\0"',
  '"""a"""',
  '"""a\\""" 5 \\"""b"""',
  '"""\n  a\n    b\n  """',
  '"""\ud83d"""',
  '5',
  '-0',
  '007',
  '1.5',
  '12345678901234567890',
  'null',
  'true',
  'WORD',
  '{}',
  '["a"]',
  '$id',
  '$_string0',
];

const limits = [
  '1',
  '2',
  '0',
  '-1',
  '251',
  '1e1',
  '2147483648',
  '"1"',
  'null',
  '$limit',
  '$constructor',
  '$_int0',
];

/** Variable names that an object has of its own accord. */
const names = ['limit', 'id', 'constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '_int0'];

/** Written between tokens. */
const gaps = [' ', ',', '\n', '\t', '# c\n', '#"\n', ' , ', '\r\n', '\ufeff', '# \ud800\n', '\0'];

/** All numbers alike: by default small ones, and so the rare cases, are drawn more often. */
const evenly = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat(max));

/** Makes requests from what `g` draws. */
export function requestMaker(
  schema: GraphQLSchema,
  g: GeneratorValue,
  ids: readonly string[],
  listed: readonly string[],
  routerKey: string,
): { make(): RawRequest } {
  const below = (end: number): number => g(evenly, end - 1);
  const chance = (percent: number): boolean => below(100) < percent;
  const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const odd = (): unknown => g(fc.jsonValue);
  /** Two thirds of the requests are odd in one part at most, lest one mistake hide all others. */
  const only = chance(67)
    ? pick([
        'text',
        'literal',
        'name',
        'variables',
        'accept',
        'headers',
        'envelope',
        'none',
        'none',
        'none',
        'none',
      ])
    : undefined;
  const oddly = (part: string, percent: number): boolean =>
    only === undefined ? chance(percent) : only === part && chance(60);

  function written(): Sample {
    const name = pick(names);
    const id = oddly('literal', 50) ? pick(idLiterals) : JSON.stringify(pick(ids));
    const limit = oddly('literal', 40) ? pick(limits) : pick(['1', '2']);
    const fragment = ' fragment F on TaskStatus { id created ...G } fragment G on TaskStatus { state }';
    const kinds: (() => Sample)[] = [
      () => ({ query: `{ taskStatus(id: ${id}) { id state } }`, names: [], variables: { id: pick(ids) } }),
      () => ({
        query: 'query One($id: ID!) { taskStatus(id: $id) { id messages { text } } }',
        names: ['One'],
        variables: { id: pick(ids) },
      }),
      () => ({
        query: `{ taskStatuses(limit: ${limit}) { nodes { id } } }`,
        names: [],
        variables: { limit: 1 },
      }),
      () => ({
        query: `query L($${name}: Int) { all: taskStatuses(limit: $${name}) { nodes { id } totalCount } }`,
        names: ['L'],
        variables: { [name]: pick([1, 2]) },
      }),
      () => ({
        query: `query L($limit: Int = ${limit}) { pendingTasks(limit: $limit) { nodes { ...F } } }${fragment}`,
        names: ['L'],
        variables: {},
      }),
      () => ({
        query: `query A($if: Boolean!) { taskStatuses(limit: 1) { nodes { id state @include(if: $if) type @skip(if: $if) } } } query B { pendingTasks(limit: ${limit}) { totalCount } } query __proto__ { a: taskStatus(id: ${id}) { id } }`,
        names: ['A', 'B', '__proto__'],
        variables: { if: g(fc.boolean) },
      }),
      () => ({
        query: `{ a: taskStatus(id: ${id}) { id } b: taskStatuses(limit: ${limit}) { nodes { id } } c: taskStatus(id: "") { id } d: pendingTasks(limit: 999) { totalCount } }`,
        names: [],
        variables: { id: pick(ids), limit: 300 },
      }),
      () => ({ query: pick(listed), names: ['Listed'], variables: { limit: pick([1, 2, 251]) } }),
      () => ({
        query: pick([
          '{ __typename }',
          '{ __schema { description } }',
          '{ _service { sdl } }',
          'query Q { a }',
        ]),
        names: ['Q'],
        variables: {},
      }),
      () => ({
        query: pick([
          'subscription S { a }',
          'mutation M { updateTaskStatus }',
          'fragment F on Query { a }',
          '',
        ]),
        names: ['S', 'M', 'F'],
        variables: {},
      }),
    ];
    // The last two kinds never get an answer, or one of the full path.
    return pick(chance(90) ? kinds.slice(0, -2) : kinds)();
  }

  function sample(): Sample {
    if (chance(85)) return written();
    const made = makeOperation(schema, g, ids);
    return made.query.startsWith('mutation') ? written() : { ...made, names: [] };
  }

  /** The text in other spaces, with odd ones in between, or with anything in it. */
  function respelled(query: string): string {
    if (!oddly('text', 30)) return query;
    if (chance(60)) return query.replaceAll(/[ ](?=[^"]*$)/g, () => (chance(20) ? pick(gaps) : ' '));
    const at = below(query.length + 1);
    const piece = pick([...gaps, '"', '"""', '\\', '}', '{', '$', g(fc.string), '\ud800', '😀']);
    return chance(50)
      ? query.slice(0, at) + piece + query.slice(at)
      : pick(['template', 'text', '']) + '\0\0' + query;
  }

  function nameOf({ names: own }: Sample): unknown {
    const right = own.length > 0 ? pick(own) : undefined;
    if (!oddly('name', 25)) return own.length > 1 || chance(30) ? right : undefined;
    return pick<unknown>(['', null, 'Other', '__proto__', 'constructor', ' ', 5, {}, [], true, right]);
  }

  function variablesOf({ variables }: Sample): unknown {
    if (!oddly('variables', 20)) return variables;
    return pick<() => unknown>([
      () => undefined,
      () => null,
      () => ({}),
      () => ({ ...variables, [pick(names)]: odd() }),
      () => ({ ...variables, other: 1, constructor: 2, toString: null }),
      () => Object.fromEntries(Object.keys(variables).map((key) => [key, odd()])),
      () => JSON.stringify(variables),
      odd,
    ])();
  }

  /** An operation as JSON has it; `alone` may register a hash, which changes what others in its batch get. */
  function operation(alone: boolean): Record<string, unknown> {
    const given = sample();
    const query = respelled(given.query);
    const hash = pick([
      sha256(query),
      sha256(query),
      sha256(pick(listed)),
      sha256('x'),
      '',
      5,
      null,
      '__proto__',
    ]);
    const persistedQuery = pick<unknown>([
      { version: 1, sha256Hash: hash },
      { version: 1, sha256Hash: hash },
      { version: pick<unknown>([2, '1', null, undefined, true]), sha256Hash: hash },
      {},
      null,
      0,
      'x',
      [],
    ]);
    const withHash = oddly('envelope', 25);
    const withQuery = withHash ? alone && chance(50) : !oddly('envelope', 3);
    return {
      ...(withQuery && { query: oddly('envelope', 3) ? pick<unknown>([null, '', 0, {}, []]) : query }),
      ...(withHash && { extensions: { persistedQuery } }),
      ...(!withHash &&
        oddly('envelope', 10) && { extensions: pick<unknown>([null, {}, [], 'x', 0, { a: 1 }]) }),
      operationName: nameOf(given),
      variables: variablesOf(given),
      ...(oddly('envelope', 3) && { [pick(['id', 'documentId'])]: pick<unknown>(['listed', hash, 5, '']) }),
    };
  }

  function accept(): string {
    const one = (): string =>
      pick([
        'application/json',
        'application/graphql-response+json',
        '*/*',
        'application/*',
        'text/html',
        'x',
        '',
      ]) +
      pick([
        '',
        '',
        ';q=0',
        ';q=0.5',
        '; charset=utf-8',
        ';charset=utf-16',
        ';callbackSpec=1.0',
        ';q=x',
        ';',
      ]);
    if (chance(10)) return g(fc.string).replaceAll(/[^\x20-\x7e]/g, '?');
    return Array.from({ length: 1 + below(3) }, one).join(pick([',', ', ', ' , ']));
  }

  function headers(): Record<string, string> {
    const types = [
      'application/json; charset=utf-8',
      'application/json;charset=UTF-8',
      'APPLICATION/JSON',
      'application/json;',
      'application/json; charset=latin1',
      'application/graphql-response+json',
      'text/plain',
      'application/x-www-form-urlencoded',
      'application',
    ];
    return {
      ...(!oddly('headers', 3) && {
        'content-type': oddly('headers', 25) ? pick(types) : 'application/json',
      }),
      ...(oddly('accept', 50) && { accept: accept() }),
      ...(chance(5) && { 'apollo-federation-include-trace': pick(['ftv1', 'x', '']) }),
      ...(chance(15) && { 'x-router-key': pick([routerKey, 'x', '']) }),
      ...(chance(10) && { 'x-apollo-operation-name': 'x' }),
      ...(chance(20) && { authorization: pick(['Bearer a', 'Basic a', 'x']) }),
      ...(chance(10) && { 'accept-encoding': pick(['gzip', 'br', 'x', '*']) }),
      ...(chance(5) && { origin: 'https://app.example.com' }),
    };
  }

  function search(of: Record<string, unknown>): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(of)) {
      if (value === undefined) continue;
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      for (let times = oddly('envelope', 3) ? 2 : 1; times > 0; times--) parameters.append(name, text);
    }
    return `?${parameters.toString()}${chance(3) ? '#variables=null' : ''}`;
  }

  return {
    make() {
      const path = `/graphql${oddly('envelope', 3) ? `?${pick(['variables=null', 'id=listed', 'query={__typename}'])}` : ''}`;
      if (chance(15)) {
        const given = headers();
        if (!oddly('headers', 10)) delete given['content-type'];
        if (!oddly('headers', 10)) given['apollo-require-preflight'] = '1';
        return { method: 'GET', path: `/graphql${search(operation(true))}`, headers: given, body: undefined };
      }
      const size = below(5);
      const body = oddly('envelope', 10)
        ? Array.from({ length: size }, () => operation(size === 1))
        : operation(true);
      const text = chance(2)
        ? pick(['', 'null', '5', '"x"', '{', '{}', '{"__proto__":{}}'])
        : JSON.stringify(body);
      return { method: 'POST', path, headers: headers(), body: text };
    },
  };
}
