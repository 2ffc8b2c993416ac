import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, Kind, OperationTypeNode, parse, validate } from 'graphql';
import { createClient } from 'graphql-sse';
import { Pair } from '../support/pair.js';

const folder = 'schema/operations';
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
// The sandbox's default seed and number of tasks.
const pair = new Pair('beta', { tasks: 3000 });

beforeAll(() => pair.start());
afterAll(() => pair.stop());

/** Returns the first event. */
async function subscribe(query: string): Promise<{ data: unknown; errors: readonly unknown[] }> {
  const client = createClient({ url: `${pair.gateway.url}/graphql`, retryAttempts: 0 });
  for await (const { data, errors = [] } of client.iterate({ query })) return { data, errors };
  throw new Error('there was no event');
}

test.each(files)('%s answers without an error and with data in every root field', async (name) => {
  pair.reset();
  const source = readFileSync(`${folder}/${name}`, 'utf8');
  const document = parse(source);
  expect(validate(schema, document)).toEqual([]);
  const isSubscription = getOperationAST(document)?.operation === OperationTypeNode.SUBSCRIPTION;
  const { data, errors } = await (isSubscription ? subscribe(source) : pair.ask(source));
  expect(errors).toEqual([]);
  for (const [field, value] of Object.entries(data as object))
    expect([field, value]).not.toEqual([field, null]);
});

test('there is an example of every root field', () => {
  const used = files.flatMap((name) => {
    const selections =
      getOperationAST(parse(readFileSync(`${folder}/${name}`, 'utf8')))?.selectionSet.selections ?? [];
    return selections.flatMap((selection) => (selection.kind === Kind.FIELD ? selection.name.value : []));
  });
  const types = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  const fields = types.flatMap((type) => Object.keys(type?.getFields() ?? {}));
  expect(fields.filter((field) => !used.includes(field))).toEqual([]);
});
