import type { Log } from '../../src/telemetry/logger.js';

const nothing = (): undefined => undefined;

/** A log that discards everything. */
export const silentLog: Log = {
  error: nothing,
  warn: nothing,
  info: nothing,
  debug: nothing,
  isLevelEnabled: () => false,
};
