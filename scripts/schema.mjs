// Emits schema/schema.graphql from the classes; with --check, fails where the committed file differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { createSchema, toSdl } from '../dist/index.js';

const file = new URL('../schema/schema.graphql', import.meta.url);
const sdl = toSdl(createSchema());
if (!process.argv.includes('--check')) writeFileSync(file, sdl);
else if (readFileSync(file, 'utf8') !== sdl) {
  process.stderr.write(
    'schema/schema.graphql is not what the classes say: run `npm run fix:schema`, and look at the difference\n',
  );
  process.exit(1);
}
