// Bundles as rolldown.config.js says (rolldown's own command would print a line for each file), and puts before the
// gateway, as dist/main.js, what a Node can read that can't read the gateway.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'rolldown';
import config from '../rolldown.config.js';

await build(config);
const first = readFileSync(new URL('node-version.cjs', import.meta.url), 'utf8');
writeFileSync('dist/main.js', `${first}\nimport('./bundle/main.js');\n`);
