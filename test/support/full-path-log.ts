import type { Log } from '../../src/telemetry/logger.js';
import { silentLog } from './silent-log.js';

/** A log that keeps warnings, and the operations that the full path executed. */
export function fullPathLog(): { log: Log; fullPath: object[]; warnings: unknown[] } {
  const fullPath: object[] = [];
  const warnings: unknown[] = [];
  const log = {
    ...silentLog,
    debug: (details: object, message: string) => {
      if (message === 'an operation took the full path') fullPath.push(details);
    },
    warn: (...entry: unknown[]) => {
      warnings.push(entry.at(-1));
    },
  } as unknown as Log;
  return { log, fullPath, warnings };
}
