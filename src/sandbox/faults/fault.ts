import { type Random } from '../random.js';
import { type SandboxSettings } from '../settings.js';

/** Something that goes wrong on the way, whatever was asked. */
export type Fault =
  // Instead of the API's answer.
  | 'burst'
  | 'expired'
  | 'error'
  | 'html'
  | 'page'
  | 'redirect'
  | 'drop'
  // To the API's answer.
  | 'truncate'
  | 'oversize'
  | 'empty'
  | 'bom'
  // While it is sent.
  | 'interim'
  | 'repeat'
  | 'trailer'
  | 'cut'
  // Afterwards.
  | 'close';

const taskOperations = [
  'getTaskStatusList',
  'getTaskStatus',
  'getPendingTasks',
  'getPendingTaskHeaders',
  'updateTaskStatus',
];

/**
 * Decides what goes wrong with a call. At most one thing does: where rates add up to more than 1, the first ones win.
 * @param random Its next draw is taken, whether it is needed or not.
 * @param callNumber Counted from 0.
 */
export function drawFault(
  random: Random,
  callNumber: number,
  operation: string,
  settings: SandboxSettings,
): Fault | undefined {
  let rest = random.next();
  const prone = settings.faultOperations.length === 0 ? taskOperations : settings.faultOperations;
  if (!prone.includes(operation)) return undefined;
  const [size, every] = settings.burst.split('/').map(Number);
  if (size !== undefined && every !== undefined && callNumber % every < size) return 'burst';
  const rates: readonly (readonly [Fault, number])[] = [
    ['expired', settings.expiredRate],
    ['error', settings.errorRate],
    ['html', settings.htmlRate],
    ['redirect', settings.redirectRate],
    ['drop', settings.dropRate],
    ['truncate', settings.truncateRate],
    ['oversize', settings.oversizeRate],
    ['page', settings.pageRate],
    ['empty', settings.emptyRate],
    ['bom', settings.bomRate],
    ['interim', settings.interimRate],
    ['repeat', settings.repeatRate],
    ['trailer', settings.trailerRate],
    ['cut', settings.cutRate],
    ['close', settings.closeRate],
  ];
  for (const [fault, rate] of rates) {
    rest -= rate;
    if (rest < 0) return fault;
  }
  return undefined;
}

/** How long an answer is held back, in milliseconds. */
export function drawLatency(
  random: Random,
  { latencyMs, latencySpreadMs }: Pick<SandboxSettings, 'latencyMs' | 'latencySpreadMs'>,
): number {
  return latencyMs + Math.round(random.next() * latencySpreadMs);
}
