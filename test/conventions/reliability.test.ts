import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

const page = readFileSync('docs/reliability.md', 'utf8');
const sections = page.split(/^### /m).slice(1);

/** The files that a section names, each with words of names of its tests. */
function evidence(section: string): { file: string; words: string[] }[] {
  const [, paragraph = ''] = /^_Test:_ ([^]*?)\n(?:\n|$)/m.exec(section) ?? [];
  return paragraph
    .replaceAll('\n', ' ')
    .replaceAll('\\', '')
    .split('; ')
    .map((part) => {
      const [, file = '', words = ''] = /^`([^`]+)`(?:: (.*))?$/.exec(part.trim()) ?? [];
      return { file, words: words.split(' · ').filter(Boolean) };
    });
}

/** Whether the words stand in a text, where `…` is anything on the same line. */
function holds(text: string, words: string): boolean {
  const parts = words.split('…').map((part) => part.trim());
  return text.split('\n').some((line) => {
    let at = 0;
    return parts.every((part) => {
      at = line.indexOf(part, at);
      return at >= 0;
    });
  });
}

test('docs/reliability.md has promises', () => {
  expect(sections.length).toBeGreaterThan(80);
});

test.each(sections.map((section) => [section.slice(0, section.indexOf('\n')).slice(0, 60), section]))(
  'docs/reliability.md: the tests that %j names exist',
  (_name, section) => {
    expect(section).toContain('_Promise:_ ');
    const missing = evidence(section).flatMap(({ file, words }) => {
      if (!existsSync(file)) return [`no file: ${file}`];
      const text = readFileSync(file, 'utf8');
      return words.filter((each) => !holds(text, each)).map((each) => `${file}: ${each}`);
    });
    expect(missing).toEqual([]);
  },
);
