import { newNames } from './renamed.js';

/** Maximum letters that may differ from a setting's name. Names shorter than `LONG_NAME` must match. */
const MAX_EDITS = 2;
const LONG_NAME = 6;

/** Names of variables of other programs that resemble settings. */
const foreign = /^(?:(?:https?|no|all|ftp|socks|rsync)_proxy|go_?proxy|node_exe|app_keys?|gpg_keys?)$/i;

/** Variables that Kubernetes and Docker set for a service named `sandbox` or `sail`. */
const serviceLink = /_(?:SERVICE_(?:HOST|PORT(?:_\w+)?)|PORT_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)$/;
const serviceAddress = /^(?:tcp|udp|sctp):\/\//;

/** Settings that turn off a guard or change the upstream if they are missing. */
const guards =
  /^(?:SAIL_\w+|API_KEYS|PERSISTED_OPERATIONS|ROUTER_KEY|HOOK_TOKEN|CLIENT_RATE_LIMIT|INTROSPECTION|NODE_ENV)$/;

/**
 * Reports variables whose names look like settings but aren't. In production, a near miss of a guard's name is a
 * problem. Anywhere, an unknown switch of the sandbox is one. If ALLOW_UNKNOWN_SETTINGS is on, all of them are
 * warnings.
 */
export function judgeNames(
  given: Readonly<Record<string, string>>,
  settings: readonly string[],
): { problems: readonly string[]; warnings: readonly string[] } {
  const strangers = findStrangers(given, settings);
  const production =
    given['NODE_ENV'] === 'production' ||
    strangers.some(({ name, meant }) => meant === 'NODE_ENV' && given[name] === 'production');
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const { name, meant } of strangers) {
    const text = `${name} is no setting${meant === undefined ? '' : `: did you mean ${meant}?`}`;
    const dangerous =
      name.startsWith('SANDBOX_') || (production && meant !== undefined && guards.test(meant));
    if (dangerous && given['ALLOW_UNKNOWN_SETTINGS'] !== 'on')
      problems.push(`${text} (ALLOW_UNKNOWN_SETTINGS=on lets it be)`);
    else warnings.push(text);
  }
  return { problems, warnings };
}

/** A variable that looks like a setting but isn't one. `meant` is the setting that it resembles. */
interface Stranger {
  readonly name: string;
  readonly meant: string | undefined;
}

function findStrangers(given: Readonly<Record<string, string>>, settings: readonly string[]): Stranger[] {
  return Object.entries(given).flatMap(([name, value]) => {
    const isOthers = foreign.test(name) || serviceLink.test(name) || serviceAddress.test(value);
    if (isOthers || settings.includes(name) || !/^[\w.-]{1,100}$/.test(name)) return [];
    const meant = nearest(name, settings);
    return meant !== undefined || /^(?:SAIL|SANDBOX)_/.test(name) ? [{ name, meant }] : [];
  });
}

/** Returns the setting with the closest name, ignoring case and punctuation; undefined if none is close. */
function nearest(name: string, settings: readonly string[]): string | undefined {
  const [best] = [...settings, ...newNames.keys()]
    .map((setting) => ({ setting, edits: distance(letters(name), letters(setting)) }))
    .filter(({ setting, edits }) => edits <= (setting.length < LONG_NAME ? 0 : MAX_EDITS))
    .sort((a, b) => a.edits - b.edits);
  return best && (newNames.get(best.setting) ?? best.setting);
}

function letters(name: string): string {
  return name.toUpperCase().replace(/[^A-Z0-9]/g, '');
}

/** Levenshtein distance: the number of letters to change, add or remove. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (const [column, other] of Array.from(to).entries())
      next.push(
        Math.min(
          (row[column] ?? 0) + (letter === other ? 0 : 1),
          (row[column + 1] ?? 0) + 1,
          (next[column] ?? 0) + 1,
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
