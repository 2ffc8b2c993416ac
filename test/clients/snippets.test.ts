import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { expect, test } from '@jest/globals';

const folder = 'test/clients/snippets';
const page = readFileSync('docs/frontend.md', 'utf8');

test.each(readdirSync(folder))('docs/frontend.md shows %s as it is tested', (name) => {
  expect(page).toContain(
    `\`\`\`${extname(name).slice(1)}\n${readFileSync(`${folder}/${name}`, 'utf8')}\`\`\``,
  );
});
