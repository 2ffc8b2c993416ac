import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { Pair, type Reply } from '../support/pair.js';

const pair = new Pair('v1');
const production = new Pair('v1', {}, { NODE_ENV: 'production' });
beforeAll(() => Promise.all([pair.start(), production.start()]));
afterAll(() => Promise.all([pair.stop(), production.stop()]));
beforeEach(() => {
  pair.calls();
});

/** Returns `count` texts, joined. */
const many = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const nested = (levels: number, field = 'target { source { taskStatuses(first: 1) { nodes {'): string => {
  const open = field.split('{').length - 1;
  return `${many(levels, () => field)} id ${'}'.repeat(open * levels)}`;
};

/** Asserts that a query is refused within 3 seconds, even on a loaded machine. It takes milliseconds. */
async function refused(
  query: string,
  limit: string | undefined,
  code = 'OPERATION_TOO_COSTLY',
): Promise<Reply> {
  const began = performance.now();
  const reply = await pair.ask(query, {}, { accept: 'application/graphql-response+json' });
  const took = performance.now() - began;
  expect(reply.errors[0]?.extensions).toEqual({ code, ...(limit !== undefined && { limit }) });
  expect([reply.status, reply.data]).toEqual([400, undefined]);
  // After a limit is passed, the operation is not read any further.
  expect(reply.errors.length).toBeLessThanOrEqual(limit === undefined ? 10 : 1);
  expect(took).toBeLessThan(3_000);
  expect(pair.calls()).toEqual([]);
  return reply;
}

describe('an operation that costs too much', () => {
  test.each<[string, string, string]>([
    ['fields', 'aliases of one field', `{ ${many(101, (i) => `a${i}: taskStatuses { nodes { id } }`)} }`],
    ['fields', 'one field again and again', `{ ${many(101, () => '__typename')} }`],
    [
      'fields',
      'aliases in fragments',
      `{ ...A ...B } fragment A on Query { ${many(51, (i) => `a${i}: __typename`)} } fragment B on Query { ${many(50, (i) => `b${i}: __typename`)} }`,
    ],
    [
      'fields',
      'aliases in inline fragments',
      `{ ${many(101, (i) => `... on Query { a${i}: pendingTasks { totalCount } }`)} }`,
    ],
    [
      'fields',
      'aliases deep down',
      `{ taskStatuses { nodes { target { ${many(101, (i) => `a${i}: name`)} } } } }`,
    ],
    [
      'fields',
      'aliases of a mutation',
      `mutation { ${many(101, (i) => `a${i}: updateTaskStatus(input: {id: "x", patch: []}) { taskStatus { id } }`)} }`,
    ],
    [
      'fields',
      'a fragment bomb: fragments that spread the next one twice',
      `{ taskStatus(id: "x") { ...F0 } } ${many(1000, (i) => `fragment F${i} on TaskStatus { ...F${i + 1} ...F${i + 1} }`)} fragment F1000 on TaskStatus { id }`,
    ],
    [
      'values',
      'a fragment bomb that nests lists',
      `{ taskStatuses { nodes { ...F0 } } } ${many(2, (i) => `fragment F${i} on TaskStatus { target { source { a: taskStatuses { nodes { ...F${i + 1} } } b: taskStatuses { nodes { ...F${i + 1} } } } } }`)} fragment F2 on TaskStatus { id }`,
    ],
    ['lookups', 'aliased lookups', `{ ${many(251, (i) => `t${i}: taskStatus(id: "${i}") { id }`)} }`],
    ['depth', 'a deep operation', `{ taskStatuses(first: 1) { nodes { ${nested(5)} } } }`],
    [
      'depth',
      'depth in fragments',
      `{ taskStatuses(first: 1) { nodes { ...F0 } } } ${many(5, (i) => `fragment F${i} on TaskStatus { target { source { taskStatuses(first: 1) { nodes { ...F${i + 1} } } } } }`)} fragment F5 on TaskStatus { id }`,
    ],
    ['depth', 'a depth that no parser takes', `{ ${'a { '.repeat(4_500)} b ${'} '.repeat(4_500)} }`],
    [
      'depth',
      'a list that no parser takes',
      `{ taskStatus(id: ${'['.repeat(7_000)}${']'.repeat(7_000)}) { id } }`,
    ],
    ['tokens', 'a long operation', `{ ${many(7_500, (i) => `a${i}: __typename`)} }`],
    [
      'tokens',
      'a long list of ids',
      `{ taskStatuses(filter: {id: {in: [${'"a" '.repeat(15_000)}]}}) { totalCount } }`,
    ],
    ['directives', 'an overload of directives', `{ __typename ${'@include(if: true) '.repeat(51)} }`],
    [
      'directives',
      'directives here and there',
      `query ($x: Boolean! = true) { ${many(26, (i) => `a${i}: __typename @skip(if: $x)`)} ...F } fragment F on Query { ${many(25, (i) => `b${i}: __typename @skip(if: $x)`)} }`,
    ],
    ['directives', 'directives of no name', `{ __typename ${'@aa '.repeat(7_000)} }`],
    [
      'values',
      'lists in lists in lists: a circle from tasks to their sources and back',
      '{ taskStatuses { nodes { target { source { taskStatuses { nodes { target { source { taskStatuses { nodes { id } } } } } } } } } } }',
    ],
    [
      'values',
      'lists in lists by variables',
      'query ($n: Int) { taskStatuses(first: $n) { nodes { target { source { pendingTasks(limit: $n) { nodes { target { source { taskStatuses(first: $n) { edges { cursor } } } } } } } } } } }',
    ],
  ])('%s: %s', async (limit, _, query) => {
    await refused(query, limit);
  });

  test('fragments that spread each other are refused as such, and don’t hang', async () => {
    const circle = many(1_500, (i) => `fragment F${i} on Query { ...F${(i + 1) % 1_500} }`);
    await refused(`{ ...F0 } ${circle}`, undefined, 'GRAPHQL_VALIDATION_FAILED');
    await refused('{ ...A } fragment A on Query { ...A }', undefined, 'GRAPHQL_VALIDATION_FAILED');
  });

  test('a long chain of fragments is no more than what it holds', async () => {
    const chain = many(1_700, (i) => `fragment F${i} on Query { ...F${i + 1} }`);
    const { data } = await pair.ask(`{ ...F0 } ${chain} fragment F1700 on Query { __typename }`);
    expect(data).toEqual({ __typename: 'Query' });
  });

  test('names that the schema doesn’t have cost nothing', async () => {
    const names = many(1_000, (i) => `fragment F${i} on Query { a${i} b${i} c${i} ...F${i + 1} }`);
    await refused(`{ ...F0 } ${names}`, undefined, 'GRAPHQL_VALIDATION_FAILED');
  });

  test('is not swayed by operations beside it', async () => {
    await refused(`query A { __typename } query B { ${many(101, () => '__typename')} }`, 'fields');
  });

  test('lists 10 errors at most, of an operation and of variables', async () => {
    const query = `{ ${many(90, (i) => `a${i}`)} }`;
    const { errors } = await refused(query, undefined, 'GRAPHQL_VALIDATION_FAILED');
    expect(errors).toHaveLength(10);
    const variables = { f: { id: { in: Array(300).fill({}) } } };
    const reply = await pair.ask(
      'query ($f: TaskStatusFilterInput) { taskStatuses(filter: $f) { totalCount } }',
      variables,
    );
    expect(reply.errors.map(({ extensions }) => extensions['code'])).toEqual(
      Array(10).fill('BAD_USER_INPUT'),
    );
  });
});

describe('what honest clients ask is answered', () => {
  const answered = async (query: string, variables: object = {}): Promise<any> => {
    const { status, data, errors } = await pair.ask(query, variables);
    expect([status, errors]).toEqual([200, []]);
    return data;
  };
  const everything = `id type uniqueName description parentName launcher target { id type name } created modified
    launched completed completionStatus rawCompletionStatus messages { type key localizedText { locale message } parameters text }
    returns { name attributeName } attributes progress percentComplete state statusMessage durationSeconds
    results { label key value }
    taskDefinitionSummary { id uniqueName description parentName executor arguments }`;

  test('250 aliased lookups with every field', async () => {
    const ids = pair.completed(250);
    const lookups = ids.map((id, i) => `t${i}: taskStatus(id: "${id}") { ...T }`).join(' ');
    const data = await answered(`{ ${lookups} } fragment T on TaskStatus { ${everything} }`);
    expect(Object.keys(data)).toHaveLength(250);
    const written = lookups.replaceAll('...T', 'id type uniqueName state created completed');
    await answered(`{ ${written} }`);
  });

  test('a list of 250 with every field', async () => {
    const query = `query ($n: Int) { taskStatuses(limit: $n) { totalCount nodes { ${everything} } pageInfo { hasNextPage } } }`;
    expect((await answered(query, { n: 250 })).taskStatuses.nodes).toHaveLength(250);
  });

  test('100 lists of 250 with some fields', async () => {
    await answered(
      `{ ${many(100, (i) => `l${i}: taskStatuses(offset: ${i}) { nodes { id state created } }`)} }`,
    );
  });

  test('introspection, as GraphiQL and tools ask it', async () => {
    const options = {
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    };
    expect((await answered(getIntrospectionQuery())).__schema.queryType.name).toBe('Query');
    await answered(getIntrospectionQuery(options));
  });

  test('250 entities at once, with the tasks of as many sources', async () => {
    const of = pair.completed(250).map((id) => ({ __typename: 'TaskStatus', id }));
    const query = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on TaskStatus { ${everything} }
      ... on Source { taskStatuses(first: 250) { nodes { id type uniqueName state created launched completed completionStatus } } } } }`;
    const data = await answered(query, { of });
    expect(data._entities.filter(Boolean)).toHaveLength(250);
  });
});

test('more entities than that are refused, and the rest of the answer stands', async () => {
  const of = Array.from({ length: 251 }, (_, index) => ({ __typename: 'TaskStatus', id: String(index) }));
  const query = 'query ($of: [_Any!]!) { __typename _entities(representations: $of) { __typename } }';
  const { errors } = await pair.ask(query, { of });
  expect(errors[0]?.extensions).toEqual({ code: 'OPERATION_TOO_COSTLY', limit: 'entities' });
  expect(pair.calls()).toEqual([]);
});

describe('circular introspection', () => {
  const circle = (levels: number): string =>
    `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} } '.repeat(levels)} } } }`;

  test('is refused where introspection is on', async () => {
    await refused(circle(5), undefined, 'GRAPHQL_VALIDATION_FAILED');
    await refused(circle(10), 'depth');
  });
});

describe('in production', () => {
  test.each([
    '{ __schema { types { name } } }',
    '{ __type(name: "TaskStatus") { fields { name } } }',
    '{ _service { sdl } }',
    getIntrospectionQuery(),
  ])('introspection is off: %.40s', async (query) => {
    const { data, errors } = await production.ask(query);
    expect(data).toBeUndefined();
    expect(errors[0]?.extensions['code']).toBe('GRAPHQL_VALIDATION_FAILED');
  });

  test.each([
    ['of a field', '{ taskStatuse { nodes { id } } }'],
    ['of an argument', '{ taskStatus(idd: 1) { id } }'],
    ['of a type', 'query ($x: TaskStatusFilter) { taskStatuses(filter: $x) { totalCount } }'],
    ['of an enum’s value', '{ taskStatuses(filter: {completionStatus: {eq: SUCESS}}) { totalCount } }'],
    ['of an input’s field', '{ taskStatuses(filter: {idd: {eq: "x"}}) { totalCount } }'],
  ])('no name %s is suggested', async (_, query) => {
    const there = await production.ask(query);
    expect(there.errors).not.toEqual([]);
    expect(JSON.stringify(there.errors)).not.toMatch(/did you mean/i);
    expect(JSON.stringify((await pair.ask(query)).errors)).toMatch(/did you mean/i);
  });

  test('no name is suggested for variables', async () => {
    const query = 'query ($f: TaskStatusFilterInput) { taskStatuses(filter: $f) { totalCount } }';
    for (const f of [{ completionStatus: { eq: 'SUCESS' } }, { idd: {} }]) {
      expect(JSON.stringify((await production.ask(query, { f })).errors)).not.toMatch(/did you mean/i);
      expect(JSON.stringify((await pair.ask(query, { f })).errors)).toMatch(/did you mean/i);
    }
  });

  test('a megabyte of words of suggestions takes no longer than others', async () => {
    const query = 'query ($n: Int) { taskStatuses(first: $n) { totalCount } }';
    const { errors } = await production.ask(query, { n: 'Did you mean '.repeat(70_000) });
    expect(errors[0]?.extensions['code']).toBe('BAD_USER_INPUT');
  });

  test('no error has a trace, a stack or a place in a file', async () => {
    const queries = [
      '{',
      '{ nothing }',
      '{ taskStatus(id: "") { id } }',
      '{ taskStatuses(first: 0) { totalCount } }',
    ];
    for (const to of [pair, production])
      for (const query of queries) {
        const { data, errors } = await to.ask(query, {}, { 'apollo-tracing': '1', 'x-debug': '1' });
        expect(JSON.stringify([data, errors])).not.toMatch(/stack|\.[jt]s:\d|node_modules|tracing/i);
      }
  });
});

/** Posts JSON that `JSON.stringify` can't write. */
function post(body: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${pair.gateway.url}/graphql`, { method: 'POST', headers, body });
}

test('a depth that the parser takes and little else is refused like any other', async () => {
  // Three tokens a level. The token limit refuses 15,000 of them, unless the parser's stack overflows before.
  for (let levels = 1_000; levels < 5_000; levels += 250)
    await refused(`{ ${'a { '.repeat(levels)} b ${'} '.repeat(levels)} }`, 'depth');
});

test('what was answered for small pages is refused for large ones', async () => {
  const query = (first: number): string =>
    `{ ${many(90, (i) => `a${i}: taskStatuses(first: ${first}) { nodes { ...A } }`)} }
     fragment A on TaskStatus { ${many(90, (i) => `a${i}: id`)} }`;
  for (let turn = 0; turn < 2; turn++) expect((await pair.ask(query(1))).errors).toEqual([]);
  pair.calls();
  await refused(query(250), 'values');
});

describe('odd values', () => {
  const coded = async (query: string, variables: object = {}): Promise<unknown> => {
    const { status, errors } = await pair.ask(query, variables);
    expect(status).toBe(200);
    return errors[0]?.extensions['code'];
  };

  test.each(['999999999999999999999', '-1', '2147483648', '1e400', '1.5', '-0', '0'])(
    'a page of %s rows is BAD_USER_INPUT or no GraphQL',
    async (size) => {
      expect(['BAD_USER_INPUT', 'GRAPHQL_VALIDATION_FAILED']).toContain(
        await coded(`{ taskStatuses(limit: ${size}) { totalCount } }`),
      );
      const query = 'query ($n: Int) { taskStatuses(first: $n) { totalCount } }';
      const reply = await post(`{"query": "${query}", "variables": {"n": ${size}}}`);
      expect(await reply.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    },
  );

  test('a huge offset is sent as it is, and is the end of the list', async () => {
    expect(await coded('{ taskStatuses(offset: 2147483647) { nodes { id } } }')).toBeUndefined();
  });

  test.each([
    ['quotes and a condition', 'x" or id eq "y'],
    ['a list', 'x") or (id in ("y'],
    ['a backslash', 'x\\'],
    ['percent signs', '%22%20or%20id%20eq%20%22'],
    ['ampersands', 'x&filters=id eq "y"&limit=250'],
    ['paths', '../../v3/identities'],
    ['encoded paths', '..%2f..%2fv3%2fidentities'],
    ['a query', 'x?limit=1#y'],
    ['line breaks', 'x\r\nX-Injected: 1\r\n\r\nGET / HTTP/1.1'],
    ['null bytes', 'x\u0000y'],
    ['keys of prototypes', '__proto__'],
    ['the constructor', 'constructor'],
  ])('%s in ids and names stay ids and names', async (_, text) => {
    const query = `query ($id: ID!, $name: String!) {
      one: taskStatus(id: $id) { id } two: taskStatus(id: "x") { id }
      list: taskStatuses(filter: {id: {eq: $id}, launcher: {in: [$name]}}) { nodes { id } }
      source: taskStatuses(filter: {sourceId: {in: [$id]}}) { nodes { id } } }`;
    const { status, data, errors } = await pair.ask(query, { id: text, name: text });
    expect([status, errors]).toEqual([200, []]);
    expect(data).toEqual({ one: null, two: null, list: { nodes: [] }, source: { nodes: [] } });
    for (const call of pair.sandbox.calls.splice(0)) {
      expect(call.path.startsWith('/task-status/v1')).toBe(true);
      expect(call.headers).not.toHaveProperty('x-injected');
      expect(['getTaskStatus', 'getTaskStatusList']).toContain(call.operation);
    }
  });

  test.each([
    ['ids', '{ taskStatus(id: "\\ud800") { id } }'],
    ['names', '{ taskStatuses(filter: {launcher: {eq: "\\udfff"}}) { totalCount } }'],
  ])('lone surrogates in %s are refused', async (_, query) => {
    expect(['BAD_USER_INPUT', 'GRAPHQL_PARSE_FAILED']).toContain(await coded(query));
  });

  test('lone surrogates in variables are refused', async () => {
    expect(await coded('query ($id: ID!) { taskStatus(id: $id) { id } }', { id: 'a\ud800' })).toBe(
      'BAD_USER_INPUT',
    );
  });

  test('a value that nests without an end is refused', async () => {
    const value = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const query = `mutation ($value: JSON) { updateTaskStatus(input: {id: \\"x\\", patch: [{op: REPLACE, path: \\"/completionStatus\\", value: $value}]}) { taskStatus { id } } }`;
    const reply = await post(`{"query": "${query}", "variables": {"value": ${value}}}`);
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  });
});
