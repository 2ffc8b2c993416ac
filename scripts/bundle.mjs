// Bundles by rolldown.config.js. Rolldown's own command would print a line for each file. Writes dist/main.js, which
// checks the version of Node in syntax that every Node can parse, and then loads the gateway.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import config from '../rolldown.config.js';

await build(config);
const first = readFileSync(new URL('node-version.cjs', import.meta.url), 'utf8');
writeFileSync('dist/main.js', `${first}\nimport('./bundle/main.js');\n`);
