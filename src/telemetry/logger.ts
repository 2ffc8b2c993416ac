import { pino, type Logger } from 'pino';
import type { Config } from '../config.js';

/** The structured log: one object and one sentence per line. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'isLevelEnabled'>;

/** Logs only the name, message and stack of an error: its other properties might lead to a request and its token. */
const err = (error: unknown): object =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };

/**
 * Creates a log of JSON lines on standard error, so that standard output has only announcements. Errors go under `err`.
 */
export function createLog(level: Config['logLevel']): Logger {
  const formatters = { level: (label: string): object => ({ level: label }) };
  return pino(
    { level, base: null, formatters, serializers: { err }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
