import type { Log } from '../../src/telemetry/logger.js';
import { silentLog } from './silent-log.js';

/** A log that keeps which operations took the full path as far as being executed, and what is warned of. */
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
