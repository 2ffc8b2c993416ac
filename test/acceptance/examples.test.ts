import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSchema, getOperationAST, Kind, parse, validate } from 'graphql';
import { Pair } from '../support/pair.js';

const folder = 'schema/operations';
const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
// The sandbox's default seed and number of tasks.
const pair = new Pair('beta', { tasks: 3000 });

beforeAll(() => pair.start());
afterAll(() => pair.stop());

test.each(files)('%s answers without an error and with data in every root field', async (name) => {
  pair.reset();
  const source = readFileSync(`${folder}/${name}`, 'utf8');
  expect(validate(schema, parse(source))).toEqual([]);
  const { data, errors } = await pair.ask(source);
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
  const fields = [schema.getQueryType(), schema.getMutationType()].flatMap((type) =>
    Object.keys(type?.getFields() ?? {}),
  );
  expect(fields.filter((field) => !used.includes(field))).toEqual([]);
});
