import { Random } from '../random.js';
import { type SandboxSettings } from '../settings.js';
import { type SandboxTask } from '../tasks/task.js';

const titles: Readonly<Record<string, string>> = {
  SUCCESS: 'Success',
  WARNING: 'Warning',
  ERROR: 'Error',
  TERMINATED: 'Terminated',
  TEMPERROR: 'TempError',
};

const oddDates: readonly ((iso: string) => unknown)[] = [
  (iso) => Date.parse(iso),
  (iso) => `${iso.slice(0, 16)}Z`,
  (iso) => iso.slice(0, -1),
  () => '',
];

/**
 * Returns the row as a faulty upstream would send it. Its faults depend only on the settings and its id,
 * so that it has the same ones in every answer.
 */
export function toOddRow(row: SandboxTask, settings: SandboxSettings): object {
  if (isHealthy(settings)) return row;
  const random = new Random(`${settings.seed}:odd:${row.id}`);
  let odd: Record<string, unknown> = { ...row };
  if (settings.titleCase && row.completionStatus !== null) {
    odd['completionStatus'] = titles[row.completionStatus] ?? row.completionStatus;
  }
  if (random.chance(settings.unknownEnumRate)) odd = withUnknownEnums(odd, row);
  const style = random.pick(oddDates);
  if (random.chance(settings.oddDateRate)) odd = withOddDates(odd, style);
  if (random.chance(settings.nullRate)) odd = withNulls(odd);
  if (random.chance(settings.noIdRate)) {
    odd = Object.fromEntries(Object.entries(odd).filter(([name]) => name !== 'id'));
  }
  return odd;
}

function isHealthy(settings: SandboxSettings): boolean {
  const { titleCase, unknownEnumRate, oddDateRate, nullRate, noIdRate } = settings;
  return !titleCase && unknownEnumRate + oddDateRate + nullRate + noIdRate === 0;
}

function withUnknownEnums(odd: Record<string, unknown>, row: SandboxTask): Record<string, unknown> {
  return {
    ...odd,
    type: 'MENTOS',
    completionStatus: row.completionStatus === null ? null : 'PARTIAL_SUCCESS',
    messages: row.messages.map((message) => ({ ...message, type: 'FATAL' })),
    ...(row.target ? { target: { ...row.target, type: 'VIRTUAL_APPLIANCE' } } : {}),
  };
}

function withOddDates(
  odd: Record<string, unknown>,
  style: (iso: string) => unknown,
): Record<string, unknown> {
  const styled: Record<string, unknown> = { ...odd };
  for (const name of ['created', 'modified', 'launched', 'completed']) {
    const value = odd[name];
    if (typeof value === 'string') styled[name] = style(value);
  }
  return styled;
}

function withNulls(odd: Record<string, unknown>): Record<string, unknown> {
  const nulls: Record<string, unknown> = { ...odd };
  for (const name of Object.keys(odd)) if (name !== 'id') nulls[name] = null;
  return nulls;
}
