import { settingGroups } from './variables.js';

/** Maximum width of a line, in columns. */
const WIDTH = 100;

/** Returns what `--help` prints. */
export function settingsHelp(): string {
  const lines = [
    'A GraphQL gateway in front of the task status API of SailPoint Identity Security Cloud.',
    'Settings are environment variables, or lines of a .env file.',
  ];
  for (const [group, settings] of settingGroups()) {
    lines.push('', group);
    for (const { name, description, default: fallback } of settings)
      lines.push(`  ${name} (default: ${plain(fallback)})`, ...wrap(plain(description), '      '));
  }
  lines.push('', 'SANDBOX_* variables are switches of the sandbox: `npm run sandbox -- --help` lists them.');
  return lines.join('\n');
}

/** Returns the settings as sections of docs/configuration.md. */
export function settingsMarkdown(): string {
  const lines: string[] = [];
  for (const [group, settings] of settingGroups()) {
    lines.push(`## ${group}`, '');
    for (const { name, description, default: fallback } of settings) {
      const shown = isInWords(fallback) ? fallback : `\`${fallback}\``;
      lines.push(`### ${name}`, '', `Default: ${shown}`, '', ...wrap(description, ''), '');
    }
  }
  return lines.join('\n');
}

/** Returns the settings as `.env.example`. */
export function settingsExample(): string {
  const lines = [
    '# Copy this file to .env and uncomment what you need. Variables of the environment win over it.',
    '# A line is NAME=value. Quote a value that holds a "#". docs/configuration.md describes each setting.',
  ];
  for (const [group, settings] of settingGroups()) {
    lines.push('', `# ${group}`);
    for (const { name, description, default: fallback, example } of settings) {
      const value = example ?? (isInWords(fallback) ? '' : fallback);
      lines.push('', ...wrap(plain(description), '# '), `#${name}=${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Whether a default is a description, not a value. */
function isInWords(fallback: string): boolean {
  return fallback === 'none' || /[` ]/.test(fallback);
}

function plain(text: string): string {
  return text.replaceAll('`', '');
}

/** Wraps a text into lines that begin with `indent`. */
function wrap(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.length + word.length >= WIDTH) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
