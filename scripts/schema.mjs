// Emits schema/schema.graphql, schema/subgraph.graphql and the supergraph of that one subgraph from the classes. With
// --check, fails if a committed file differs.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { parse } from 'graphql';
import { createSchema, toSdl, toSubgraphSdl } from '../dist/index.js';

const schema = createSchema();
const subgraph = toSubgraphSdl(schema);
const { supergraphSdl } = composeServices([
  { name: 'tasks', url: 'http://gateway:4000/graphql', typeDefs: parse(subgraph) },
]);
for (const [name, sdl] of [
  ['schema.graphql', toSdl(schema)],
  ['subgraph.graphql', subgraph],
  ['supergraph.graphql', supergraphSdl],
]) {
  const file = new URL(`../schema/${name}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, sdl);
  else if (!existsSync(file) || readFileSync(file, 'utf8') !== sdl) {
    process.stderr.write(
      `schema/${name} is not what the classes say: run \`npm run fix:schema\`, and look at the difference\n`,
    );
    process.exitCode = 1;
  }
}
