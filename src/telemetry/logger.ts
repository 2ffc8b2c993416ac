import { pino, type Logger } from 'pino';
import type { Config } from '../config.js';

/** The log: structured, one object and one sentence a line. */
export type Log = Pick<Logger, 'error' | 'warn' | 'info' | 'debug' | 'isLevelEnabled'>;

/** Of an error only what tells where it came from: whatever else hangs on it may lead to a request and its token. */
const err = (error: unknown): object =>
  error instanceof Error
    ? { name: error.name, message: error.message, stack: error.stack }
    : { message: String(error) };

/** JSON lines on standard error, so that standard output holds nothing but the address. Errors go under `err`. */
export function createLog(level: Config['logLevel']): Logger {
  const formatters = { level: (label: string): object => ({ level: label }) };
  return pino(
    { level, base: null, formatters, serializers: { err }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ fd: 2, sync: true }),
  );
}
