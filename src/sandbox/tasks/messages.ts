import { type Random } from '../random.js';
import { type SandboxMessage } from './task.js';

const running =
  'This aggregation failed because the currently running aggregation must complete before the next one can start.';

/** Returns the messages of a finished task. Most successes have none. Other statuses have a reason. */
export function messagesFor(status: string, random: Random, source: string): SandboxMessage[] {
  switch (status) {
    case 'WARNING':
      return [
        random.chance(0.5)
          ? translated(
              'WARN',
              'task_warn_deletion_threshold',
              'Account deletion was skipped: too many accounts would be removed.',
              [source, String(random.integer(11, 80))],
            )
          : untranslated('WARN', `Some accounts of ${source} could not be read.`),
      ];
    case 'ERROR':
      return [
        random.chance(0.4)
          ? untranslated('ERROR', running)
          : translated('ERROR', 'task_error_connection', `Unable to connect to ${source}.`, [
              source,
              { host: `${random.hex(6)}.example.com`, attempts: random.integer(1, 5) },
            ]),
        ...(random.chance(0.3) ? [untranslated('WARN', 'Partial results were discarded.')] : []),
      ];
    case 'TERMINATED':
      return [untranslated('WARN', 'The task was terminated.')];
    case 'TEMPERROR':
      return [
        translated('ERROR', 'task_error_cluster', 'The virtual appliance cluster did not answer.', [source]),
      ];
    default:
      return random.chance(0.15)
        ? [translated('INFO', 'task_info_done', `Finished with ${source}.`, [source])]
        : [];
  }
}

function untranslated(type: string, key: string): SandboxMessage {
  return { type, key, localizedText: null, parameters: null };
}

function translated(
  type: string,
  key: string,
  message: string,
  parameters: (string | object)[],
): SandboxMessage {
  return { type, key, localizedText: { locale: 'en-US', message }, parameters };
}
