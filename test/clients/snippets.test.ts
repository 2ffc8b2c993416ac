import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const folder = 'test/clients/snippets';
const page = readFileSync('docs/frontend.md', 'utf8');

test.each(readdirSync(folder))('docs/frontend.md shows %s as it is tested', (name) => {
  expect(page).toContain(`\`\`\`ts\n${readFileSync(`${folder}/${name}`, 'utf8')}\`\`\``);
});
