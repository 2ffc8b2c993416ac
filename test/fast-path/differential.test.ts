import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  execute,
  getNamedType,
  getOperationAST,
  isObjectType,
  parse,
  validate,
  type GraphQLObjectType,
} from 'graphql';
import { createCompiledOperationCache } from '../../src/fast-path/compiled-operation-cache.js';
import type { FastPathContext } from '../../src/fast-path/root-results.js';
import { createSchema, createSubgraph } from '../../src/schema.js';
import { badUserInput } from '../../src/translation/user-input-error.js';
import { readTaskStatus } from '../../src/translation/task-status.reader.js';
import { UpstreamError } from '../../src/upstream/upstream-error.js';

/** Cases to compare; more by the environment. */
const CASES = Number(process.env['CASES'] ?? 1_500);

const schema = createSubgraph(createSchema());

/** Wire values of every kind that a field may come as, odd ones among them. */
const oddity = fc.constantFrom(
  null,
  undefined,
  'text',
  '"quo\\te"',
  'ünï\u2028',
  '\ud800',
  '',
  7,
  -0,
  1.5,
  1e20,
  true,
  {},
  [],
  [null],
);
const wire = fc.record({
  id: fc.constantFrom('a', 'b', 'ünïque "id"', 'long'.repeat(20)),
  type: fc.oneof(fc.constantFrom('QUARTZ', 'qpoc', 'WORKFLOW', 'NEW_ONE'), oddity),
  uniqueName: oddity,
  description: oddity,
  launcher: oddity,
  target: fc.oneof(oddity, fc.record({ id: oddity, type: oddity, name: oddity })),
  created: fc.oneof(
    fc.constantFrom('2026-01-31T08:15:00.000Z', '2026-02-30T08:15:00.000Z', 1767168900000),
    oddity,
  ),
  launched: fc.oneof(fc.constantFrom('2026-01-31T08:15:00Z'), oddity),
  completed: fc.oneof(fc.constantFrom('2026-01-31T09:15:00.000Z'), oddity),
  completionStatus: fc.oneof(fc.constantFrom('SUCCESS', 'Temp Error', 'ERROR'), oddity),
  messages: fc.oneof(
    oddity,
    fc.array(fc.record({ type: oddity, key: oddity, localizedText: oddity, parameters: oddity }), {
      maxLength: 2,
    }),
  ),
  returns: fc.oneof(oddity, fc.array(fc.record({ name: oddity, attributeName: oddity }), { maxLength: 2 })),
  attributes: fc.oneof(oddity, fc.dictionary(fc.constantFrom('text', 'other', '__proto__'), oddity)),
  percentComplete: oddity,
  taskDefinitionSummary: fc.oneof(oddity, fc.record({ id: oddity, arguments: oddity })),
});

/** How the source answers a root field. */
const outcome = fc.oneof(
  { weight: 6, arbitrary: fc.record({ rows: fc.array(wire, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.constantFrom('none', 'input', 'upstream', 'unexpected') },
);
type Outcome = typeof outcome extends fc.Arbitrary<infer T> ? T : never;

/** A source of tasks that answers the n-th question by the n-th outcome, and tells what it was asked. */
function contextOf(outcomes: readonly Outcome[]): FastPathContext & { asked: unknown[]; tasks: object } {
  const asked: unknown[] = [];
  const answer = async (build: (rows: object[]) => unknown, ...question: unknown[]): Promise<unknown> => {
    const given = outcomes[asked.push(question) % outcomes.length] ?? 'none';
    await Promise.resolve();
    if (given === 'none') return null;
    if (given === 'input') throw badUserInput('id', 'must not be so');
    if (given === 'upstream') throw new UpstreamError({ failure: 'status', status: 503 });
    if (given === 'unexpected') throw new TypeError('oops');
    return build(given.rows.map((row) => readTaskStatus(row, () => 0)).filter((row) => row !== undefined));
  };
  const page = (nodes: object[]): object => ({
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: `c${index}` })),
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: 'c' },
    totalCount: nodes.length || null,
  });
  return {
    asked,
    tasks: {
      byId: (id: string) => answer(([row]) => row ?? null, 'byId', id),
      list: (args: object, needs: object) => answer(page, 'list', args, needs),
      pending: (args: object, needs: object) => answer(page, 'pending', args, needs),
    },
  };
}

const directive = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '@skip(if: $yes)',
      '@skip(if: $no)',
      '@include(if: $yes)',
      '@include(if: $no)',
      '@include(if: true)',
      '@skip(if: true) @include(if: true)',
    ),
  },
);

/** A selection of a type's fields, to a depth, in all the ways that a query can spell it. */
function selectionOf(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter(
    ({ type: of }) => depth > 0 || !isObjectType(getNamedType(of)),
  );
  const field = fc.constantFrom(...fields).chain((definition) => {
    const of = getNamedType(definition.type);
    const below = isObjectType(of) ? selectionOf(of, depth - 1) : fc.constant('');
    return fc
      .tuple(fc.constantFrom('', '', '', '', 'x: ', `${definition.name}2: `), directive, below)
      .map(([alias, given, inner]) => `${alias}${definition.name} ${given} ${inner}`);
  });
  const item = fc.oneof(
    { weight: 8, arbitrary: field },
    { weight: 1, arbitrary: fc.constantFrom('__typename', 't: __typename') },
    ...(depth > 0
      ? [
          {
            weight: 1,
            arbitrary: fc
              .tuple(fc.constantFrom('...', `... on ${type.name}`), directive, selectionOf(type, depth - 1))
              .map(([head, given, inner]) => `${head} ${given} ${inner}`),
          },
        ]
      : []),
    ...(type.name === 'TaskStatus' ? [{ weight: 1, arbitrary: fc.constant('...Task') }] : []),
  );
  return fc.array(item, { minLength: 1, maxLength: 5 }).map((items) => `{ ${items.join(' ')} }`);
}

const typeOf = (name: string): GraphQLObjectType => schema.getType(name) as GraphQLObjectType;
const idArgument = fc.constantFrom('$id', '"a"', '"b"', '"ünïque"', '"q\\"t"', '7', '"""block"""', '$other');
const listArguments = fc.constantFrom(
  '',
  '(limit: 5)',
  '(limit: $limit, offset: 10)',
  '(first: 3, after: "c")',
  '(limit: 999999999999)',
  '(filter: { id: { in: ["a", "b"] } })',
  '(filter: { sourceId: { in: "a" }, kind: { eq: CLOUD_ACCOUNT_AGGREGATION } })',
  '(filter: $filter, sort: { field: CREATED, direction: DESC })',
);
const rootField = fc.oneof(
  fc
    .tuple(idArgument, directive, selectionOf(typeOf('TaskStatus'), 2))
    .map(([id, given, inner]) => `taskStatus(id: ${id}) ${given} ${inner}`),
  fc
    .tuple(listArguments, directive, selectionOf(typeOf('TaskStatusConnection'), 3))
    .map(([args, given, inner]) => `taskStatuses${args} ${given} ${inner}`),
  selectionOf(typeOf('TaskStatusConnection'), 3).map((inner) => `pendingTasks(limit: $limit) ${inner}`),
);
const operation = fc
  .tuple(
    fc.array(
      fc.tuple(fc.constantFrom('a: ', '', ...'defghijklm'.split('').map((key) => `${key}: `)), rootField),
      { minLength: 1, maxLength: 4 },
    ),
    selectionOf(typeOf('TaskStatus'), 1).filter((inner) => !inner.includes('...Task')),
    fc.constantFrom('', '# "no" 1 literal\n'),
  )
  .map(([fields, task, comment]) => {
    const body = `${comment}${fields.map(([alias, field]) => alias + field).join(' ')}`;
    const variables: readonly (readonly [string, string])[] = [
      ['$yes', 'Boolean!'],
      ['$no', 'Boolean = false'],
      ['$id', 'ID!'],
      ['$other', 'ID!'],
      ['$limit', 'Int'],
      ['$filter', 'TaskStatusFilterInput'],
    ];
    const fragment = body.includes('...Task') ? `fragment Task on TaskStatus ${task}` : '';
    const used = variables.filter(([name]) => new RegExp(`\\${name}\\b`).test(body + fragment));
    const head =
      used.length > 0 ? `query Q(${used.map(([name, type]) => `${name}: ${type}`).join(', ')})` : 'query';
    return `${head} { ${body} } ${fragment}`;
  });

const variables = fc.record(
  {
    yes: fc.constantFrom(true, true, false),
    no: fc.constantFrom(true, false, null),
    id: fc.constantFrom('a', 'b', 5, 'ünï'),
    other: fc.constantFrom('a', '', 'c'),
    limit: fc.constantFrom(null, 5, 250, 'five'),
    filter: fc.constantFrom(null, {}, { id: { eq: 'a' } }, { kind: { in: ['CLOUD_ACCOUNT_AGGREGATION'] } }),
    unknown: fc.constant(1),
  },
  { requiredKeys: ['yes', 'id', 'other'] },
);

const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** Which path the cases took, since a comparison of what graphql-js always answers would prove nothing. */
const paths = { fast: 0, byHash: 0, full: 0, withErrors: 0, invalid: 0 };

test(`${CASES} generated operations are answered as graphql-js answers them, to the same questions of the upstream`, async () => {
  const cache = createCompiledOperationCache(schema, {
    admits: () => true,
    textOf: (hash) =>
      Promise.resolve(hash.startsWith('hash of ') ? hash.slice('hash of '.length) : undefined),
  });
  await fc.assert(
    fc.asyncProperty(
      operation,
      variables,
      fc.array(outcome, { minLength: 1, maxLength: 4 }),
      async (source, given, outcomes) => {
        const document = parse(source);
        const accepted = getOperationAST(document);
        if (!accepted || validate(schema, document).length > 0) {
          paths.invalid += 1;
          fc.pre(false);
        }
        cache.put({ source, operationName: undefined, document, operation: accepted });

        const theirs = contextOf(outcomes);
        const expected = await execute({ schema, document, contextValue: theirs, variableValues: given });
        for (const request of [
          { query: source, sha256: undefined },
          { query: undefined, sha256: `hash of ${source}` },
        ]) {
          const ours = contextOf(outcomes);
          const fast = await cache.execute(
            { ...request, operationName: undefined, variables: given },
            () => ours,
          );
          const answer =
            fast ??
            JSON.stringify(await execute({ schema, document, contextValue: ours, variableValues: given }));
          paths[fast === undefined ? 'full' : 'fast'] += 1;
          if (fast !== undefined && request.sha256 !== undefined) paths.byHash += 1;
          if (expected.errors) paths.withErrors += 1;
          expect(answer).toEqual(JSON.stringify(expected));
          expect(plain(ours.asked)).toEqual(plain(theirs.asked));
        }
      },
    ),
    { numRuns: CASES, maxSkipsPerRun: 100 },
  );
  process.stdout.write(`differential: ${JSON.stringify(paths)}\n`);
  expect(paths.fast).toBeGreaterThan(CASES / 2);
  expect(paths.byHash).toBeGreaterThan(CASES / 4);
  expect(paths.withErrors).toBeGreaterThan(CASES / 10);
}, 240_000);
