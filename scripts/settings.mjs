// Writes the settings into docs/configuration.md and .env.example from their schema. With --check, fails if one
// differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { settingsExample, settingsMarkdown } from '../dist/index.js';

const BEGIN = '<!-- generated from src/config/variables.ts -->\n';
const file = (name) => new URL(`../${name}`, import.meta.url);
const page = readFileSync(file('docs/configuration.md'), 'utf8');
const hand = page.slice(0, page.indexOf(BEGIN) + BEGIN.length);
const options = { ...(await resolveConfig(file('docs/configuration.md'))), parser: 'markdown' };

for (const [name, text] of [
  ['docs/configuration.md', await format(`${hand}\n${settingsMarkdown()}`, options)],
  ['.env.example', settingsExample()],
]) {
  if (!process.argv.includes('--check')) writeFileSync(file(name), text);
  else if (readFileSync(file(name), 'utf8') !== text) {
    process.stderr.write(`${name} is not what the settings' schema says: run \`npm run fix:settings\`\n`);
    process.exitCode = 1;
  }
}
