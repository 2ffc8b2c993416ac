import { readFileSync } from 'node:fs';
import { composeServices as composeByApollo } from '@apollo/composition';
import { describe, expect, test } from '@jest/globals';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { federateSubgraphs as composeByWunderGraph } from '@wundergraph/composition';
import { buildSchema, parse } from 'graphql';
import { sourcesSdl } from './sources-subgraph.js';

const tasks = {
  name: 'tasks',
  url: 'http://tasks/graphql',
  sdl: readFileSync('schema/subgraph.graphql', 'utf8'),
};
const sources = { name: 'sources', url: 'http://sources/graphql', sdl: sourcesSdl };
type Subgraphs = readonly (typeof tasks)[];

/** Each composer: its complaints, hints included where it has any, and what clients then see. */
const composers = {
  '@apollo/composition': (subgraphs: Subgraphs) => {
    const {
      errors = [],
      hints = [],
      schema,
    } = composeByApollo(subgraphs.map(({ sdl, ...subgraph }) => ({ ...subgraph, typeDefs: parse(sdl) })));
    return {
      complaints: [...errors.map(String), ...hints.map(String)],
      seen: schema?.toAPISchema().toGraphQLJSSchema(),
    };
  },
  '@theguild/federation-composition': (subgraphs: Subgraphs) => {
    const result = composeByGuild(
      subgraphs.map(({ sdl, ...subgraph }) => ({ ...subgraph, typeDefs: parse(sdl) })),
    );
    return {
      complaints: result.errors?.map(String) ?? [],
      seen: 'publicSdl' in result && result.publicSdl ? buildSchema(result.publicSdl) : undefined,
    };
  },
  '@wundergraph/composition': (subgraphs: Subgraphs) => {
    const result = composeByWunderGraph({
      subgraphs: subgraphs.map(({ sdl, ...subgraph }) => ({ ...subgraph, definitions: parse(sdl) })),
    });
    return {
      complaints: [...('errors' in result ? result.errors : []), ...result.warnings].map(String),
      seen: 'federatedGraphClientSchema' in result ? result.federatedGraphClientSchema : undefined,
    };
  },
};

describe.each(Object.entries(composers))('%s', (_name, compose) => {
  test('accepts the subgraph alone, without a word, and leaves nothing of it out', () => {
    const { complaints, seen } = compose([tasks]);
    expect(complaints).toEqual([]);
    const promised = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
    const missing = Object.values(promised.getTypeMap()).flatMap((type) => {
      const found = seen?.getType(type.name);
      if (type.name.startsWith('__') || type.name === 'Boolean') return [];
      if (found === undefined) return [type.name];
      const fields = 'getFields' in type ? Object.keys(type.getFields()) : [];
      const there = 'getFields' in found ? Object.keys(found.getFields()) : [];
      return fields.filter((field) => !there.includes(field)).map((field) => `${type.name}.${field}`);
    });
    expect(missing).toEqual([]);
  });

  test('accepts it beside a second one, and joins what both know of a source', () => {
    const { complaints, seen } = compose([tasks, sources]);
    expect(complaints).toEqual([]);
    const source = seen?.getType('Source');
    expect(source && 'getFields' in source ? Object.keys(source.getFields()).sort() : []).toEqual([
      'id',
      'name',
      'owner',
      'pendingTasks',
      'taskStatuses',
    ]);
  });
});

describe('docs/federation.md', () => {
  const docs = readFileSync('docs/federation.md', 'utf8');
  test.each(['schema/supergraph.yaml', 'test/federation/operations/sources-with-tasks.graphql'])(
    'shows %s as it is',
    (file) => {
      expect(docs).toContain(
        readFileSync(file, 'utf8')
          .replace(/^#.*\n/gm, '')
          .trim(),
      );
    },
  );
});

test('the committed supergraph is what @apollo/composition makes of the subgraph', () => {
  const url = 'http://gateway:4000/graphql';
  const { supergraphSdl } = composeByApollo([{ name: 'tasks', url, typeDefs: parse(tasks.sdl) }]);
  expect(readFileSync('schema/supergraph.graphql', 'utf8')).toBe(supergraphSdl);
});
