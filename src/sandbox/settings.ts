import { type Switch, choice, count, listOf, onOff, pattern, rate } from './switch.js';
import { allKinds } from './versions.js';

const operations = [
  'getTaskStatusList',
  'getTaskStatus',
  'getPendingTasks',
  'getPendingTaskHeaders',
  'updateTaskStatus',
  'token',
  'oauthInfo',
  'unknown',
];

/** All switches. Parser, help, documentation and the settings' type come from here. */
const switches = {
  // Data
  seed: count(
    1,
    'Decides ids, shapes and every random draw; the same seed gives the same sandbox. Read at start.',
  ),
  tasks: count(
    3000,
    'How many tasks of the last 90 days are seeded, at most 100000. Read at start.',
    100_000,
  ),
  // Callers
  auth: choice(
    ['optional', 'required'],
    'Whether a call without a token is answered (as client `sandbox`) or is a 401.',
  ),
  tokenSeconds: count(749, 'Lifetime of the access tokens handed out.', 86_400, 1),
  rateLimit: pattern(
    '100/10s',
    /^(off|[1-9]\d{0,8}\/[1-9]\d{0,4}s)$/,
    '`100/10s` or `off`',
    'Calls allowed per client id and API version in so many seconds.',
  ),
  rateWindow: choice(
    ['sliding', 'fixed'],
    'Whether the window of the rate limit slides, or starts again when it ends.',
  ),
  launcherIsCaller: onOff(
    'Puts the caller’s user name into `launcher` of every task answered, to see whose answer it was.',
  ),
  // Behaviours that SailPoint’s documents leave open
  emptyPending: choice(
    [200, 204],
    'Answer of pending-tasks when nothing is pending: `200` with `[]`, or `204`.',
  ),
  limitZero: choice(['accept', 'refuse'], 'Whether `limit=0` is an empty page or a 400.'),
  pastEnd: choice(['empty', 'refuse'], 'Answer to an offset after the last task: an empty page or a 400.'),
  patchCompleted: choice(['refuse', 'accept'], 'Whether a task that has a completion status may be patched.'),
  patchStatusCase: choice(
    ['any', 'title', 'upper'],
    'Spelling of a completion status that a patch must use: any, only `Error`, or only `ERROR`.',
  ),
  patchOtherPaths: choice(
    ['refuse', 'ignore'],
    'Patching any other field than the two documented ones: a 400, or accepted without effect.',
  ),
  wrongContentType: choice(
    [415, 400],
    'Answer to a patch whose content type isn’t `application/json-patch+json`.',
  ),
  missingTaskBody: choice(
    ['json', 'empty'],
    'Body of the 403 and 404 of a single task, which the documents leave out.',
  ),
  trackingId: choice(
    ['same', 'own'],
    'Whether `trackingId` in an error equals the `SLPT-Request-ID` header.',
  ),
  kinds: choice(
    ['all', 'documented'],
    'Kinds the `type` filter takes: all known ones, or those in the documents of the version called.',
  ),
  kindsRefused: listOf(
    allKinds,
    'Kinds that the `type` filter refuses as unsupported although they are documented.',
  ),
  // The connection and its faults
  compress: choice(
    ['auto', 'gzip', 'deflate', 'br', 'off'],
    'Coding of answers for clients that accept it: the one they like best, always the one named, or none.',
  ),
  latencyMs: count(0, 'Delay of every answer, in milliseconds.', 600_000),
  latencySpreadMs: count(0, 'Additional delay, drawn between 0 and this many milliseconds.', 600_000),
  burst: pattern(
    'off',
    /^(off|[1-9]\d*\/[1-9]\d*)$/,
    '`5/50` or `off`',
    'A burst of 429: `5/50` refuses the first 5 of every 50 calls.',
  ),
  burstRetryAfter: count(1, '`Retry-After` of a burst, in seconds.', 86_400),
  errorRate: rate('Calls answered with `errorStatus`.'),
  errorStatus: count(500, 'Status of those errors.', 599, 400),
  htmlRate: rate('Calls answered with a 502 in HTML, as a proxy would.'),
  pageRate: rate('Calls answered with a page by an intermediary.'),
  pageStatus: count(403, 'Status of those pages; 200 is a sign-in page.', 599, 200),
  pageType: choice(
    ['html', 'text', 'untyped'],
    'Kind of those pages: HTML, plain text, or HTML without a content type.',
  ),
  expiredRate: rate('Calls refused as carrying an expired token.'),
  redirectRate: rate('Calls answered with a 302 to `/redirected`.'),
  dropRate: rate('Calls whose connection is cut without an answer.'),
  truncateRate: rate('Answers whose JSON ends in the middle, though whole by HTTP’s measure.'),
  cutRate: rate('Answers whose connection is cut in the middle of the body.'),
  oversizeRate: rate('Answers padded with blanks to `oversizeBytes`.'),
  oversizeBytes: count(16_777_216, 'Size of a padded answer.', 268_435_456),
  emptyRate: rate('Answers of 200 that lose their body.'),
  emptyStatus: choice([200, 204], 'Status of those empty answers.'),
  bomRate: rate('Answers with a byte order mark ahead of the JSON.'),
  interimRate: rate('Answers after a 102 and a 103.'),
  repeatRate: rate('Answers with their headers sent twice; the first of two `Retry-After` is 0.'),
  trailerRate: rate('Answers in chunks, with a trailer.'),
  closeRate: rate('Answers after which a connection that was to be kept is closed.'),
  closeWhen: choice(
    ['asked', 'answered'],
    'When it is closed: as the next call arrives on it, unanswered, or right after the answer.',
  ),
  faultOperations: listOf(operations, 'Operations that faults are limited to; none means all.'),
  faultLimit: count(
    0,
    'How many faults (other than latency) happen before all is well again; 0 is no limit.',
  ),
  // Faults of the data
  raceMs: count(
    0,
    'For so long after its end, a task has `completed` but not yet `completionStatus`.',
    3_600_000,
  ),
  titleCase: onOff('Writes completion statuses as `Success`, `TempError` and so on.'),
  unknownEnumRate: rate('Tasks with values outside the documented enums.'),
  oddDateRate: rate('Tasks with dates in epoch milliseconds, without seconds, without a zone, or empty.'),
  nullRate: rate('Tasks that are null in every field but `id`.'),
  noIdRate: rate('Tasks without an `id`.'),
  insertEvery: count(0, 'Inserts new tasks before every so many calls, which shifts pages; 0 is never.'),
  insertRows: count(2, 'How many tasks such an insert adds; by turns finished and pending.', 250, 1),
} satisfies Record<string, Switch<unknown>>;

type Switches = typeof switches;

/** Settings of the sandbox. Each is also an environment variable: `rateLimit` is `SANDBOX_RATE_LIMIT`. */
export type SandboxSettings = { [Name in keyof Switches]: Switches[Name]['fallback'] };

/** Settings that are read only at start. Changing them later would have no effect, so it is refused. */
const readAtStart: readonly string[] = ['seed', 'tasks'];

const entries = Object.entries(switches) as [keyof SandboxSettings, Switch<unknown>][];

/** Default of every setting. */
export const defaultSettings = Object.fromEntries(
  entries.map(([name, { fallback }]) => [name, fallback]),
) as SandboxSettings;

/** Returns the environment variable of a setting: `SANDBOX_RATE_LIMIT` for `rateLimit`. */
export function environmentName(name: string): string {
  return `SANDBOX_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}

/** Environment variables of all settings. */
export const switchVariables: readonly string[] = entries.map(([name]) => environmentName(name));

/**
 * Reads the `SANDBOX_*` variables. Empty ones are treated as unset, unknown ones are ignored.
 * Never throws: each bad variable adds an entry to `problems`, and its setting keeps the default.
 */
export function readSandboxSettings(env: Record<string, string | undefined>): {
  settings: SandboxSettings;
  problems: string[];
} {
  const names = new Map(entries.map(([name]) => [environmentName(name), name]));
  const given: Record<string, unknown> = {};
  for (const [variable, text = ''] of Object.entries(env)) {
    const name = names.get(variable);
    if (name !== undefined && text.trim() !== '') given[name] = text.trim();
  }
  return changeSettings(defaultSettings, given, environmentName);
}

/**
 * Returns the settings with the patch applied. Values can be text, as in the environment, or already parsed.
 * Bad or unknown ones are left out and add an entry to `problems`.
 * @param nameOf Returns the name of a setting in `problems`.
 */
export function changeSettings(
  settings: SandboxSettings,
  patch: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string = (name) => name,
): { settings: SandboxSettings; problems: string[] } {
  const changed: Record<string, unknown> = { ...settings };
  const problems: string[] = [];
  const known = new Map<string, Switch<unknown>>(entries);
  for (const [name, value] of Object.entries(patch)) {
    const found = known.get(name);
    if (found === undefined) {
      problems.push(`${nameOf(name)} is no setting of the sandbox`);
      continue;
    }
    const parsed = found.parse(String(value));
    if (parsed === undefined) problems.push(`${nameOf(name)} must be ${found.expects}`);
    else changed[name] = parsed;
  }
  return { settings: changed as SandboxSettings, problems };
}

/** Returns a problem for each setting of a patch that is read only at start. */
export function startOnlyProblems(patch: Readonly<Record<string, unknown>>): string[] {
  return readAtStart.filter((name) => name in patch).map((name) => `${name} is read at start only`);
}

/** Returns the help for a terminal: every switch with its default and what it does. */
export function sandboxHelp(): string {
  const lines = entries.map(
    ([name, { fallback, expects, help }]) =>
      `${environmentName(name)}=${showValue(fallback)}\n    ${help}\n    Must be ${expects}.`,
  );
  return [
    'A stand-in for the task status API of SailPoint Identity Security Cloud.',
    'Switches are environment variables; each is shown with its default.',
    '',
    ...lines,
    '',
  ].join('\n');
}

function showValue(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
}
