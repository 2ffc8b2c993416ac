import { pino, type Logger } from 'pino';

/** The levels that `LOG_LEVEL` takes. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where a room writes what it witnesses: structured, one object and one sentence. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug'>;

/** JSON lines on standard error, so that standard output holds nothing but the address. */
export function createLog(level: LogLevel): Logger {
  const formatters = { level: (label: string): object => ({ level: label }) };
  return pino(
    { level, base: null, formatters, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
