import { type Random } from '../random.js';
import { type SandboxSettings } from '../settings.js';

/** A fault that doesn't depend on what was asked. */
export type Fault =
  // Replace the API's answer.
  | 'burst'
  | 'expired'
  | 'error'
  | 'html'
  | 'page'
  | 'redirect'
  | 'drop'
  // Change the API's answer.
  | 'truncate'
  | 'oversize'
  | 'empty'
  | 'bom'
  // Change how it is sent.
  | 'interim'
  | 'repeat'
  | 'trailer'
  | 'cut'
  // After the answer.
  | 'close';

const taskOperations = [
  'getTaskStatusList',
  'getTaskStatus',
  'getPendingTasks',
  'getPendingTaskHeaders',
  'updateTaskStatus',
];

/**
 * Draws the fault of a call. Undefined for none. If the rates add up to more than 1, the first ones win.
 * @param random Always draws once, even if the result is not needed.
 * @param callNumber From 0.
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

/** Draws the delay of an answer, in milliseconds. */
export function drawLatency(
  random: Random,
  { latencyMs, latencySpreadMs }: Pick<SandboxSettings, 'latencyMs' | 'latencySpreadMs'>,
): number {
  return latencyMs + Math.round(random.next() * latencySpreadMs);
}
