import { z } from 'zod';
import { switchVariables } from '../sandbox/settings.js';
import { groups, type SettingDoc } from './documented.js';
import { proxyProblem } from './proxy.js';
import { logLevel, settings } from './settings.js';
import { host, onOff, port } from './values.js';

/** The gateway's settings, as environment variables. */
export const variables = z.object(settings).superRefine((v, context) => {
  const problem = proxyProblem(v.SAIL_BASE_URL, v);
  if (problem) context.addIssue({ code: 'custom', ...problem });
  const miss = (name: keyof typeof v, message: string): void => {
    context.addIssue({ code: 'custom', path: [name], message });
  };
  if (v.NODE_ENV === 'production' && v.SAIL_BASE_URL === undefined)
    miss(
      'SAIL_BASE_URL',
      'set where NODE_ENV is "production": SAIL_BASE_URL=sandbox asks for the embedded sandbox, with made-up tasks',
    );
  if (v.SAIL_CREDENTIALS !== 'service') return;
  for (const name of ['SAIL_CLIENT_ID', 'SAIL_CLIENT_SECRET'] as const)
    if (v[name] === undefined) miss(name, 'set where SAIL_CREDENTIALS is "service"');
  if (v.API_KEYS === undefined && !v.ALLOW_UNAUTHENTICATED)
    miss(
      'API_KEYS',
      'set where SAIL_CREDENTIALS is "service", since the gateway then speaks for anyone who reaches it; or ALLOW_UNAUTHENTICATED must be "on", if a proxy in front authenticates every client',
    );
});

/** The gateway's settings after parsing. */
export type Variables = z.output<typeof variables>;

/** Variables of a sandbox that runs alone. */
export const addressVariables = z.object({
  PORT: port.prefault('4010'),
  HOST: host.prefault('127.0.0.1'),
  LOG_LEVEL: logLevel.prefault('info'),
  ALLOW_UNKNOWN_SETTINGS: onOff.optional(),
});

/** Settings that only Node.js or a library reads. */
const elsewhere = ['NO_PROXY', 'no_proxy', 'NODE_EXTRA_CA_CERTS'];

/** The names of all settings, to recognize near misses. */
export const settingNames: readonly string[] = [...Object.keys(settings), ...switchVariables, ...elsewhere];

/** A documented setting and its name, in the order of the schema. */
type DocumentedSetting = SettingDoc & { readonly name: string };

/** The documented settings by group. */
export function settingGroups(): ReadonlyMap<string, readonly DocumentedSetting[]> {
  const documented = Object.entries(settings).flatMap(([name, schema]) => {
    const doc = schema.meta() as SettingDoc | undefined;
    return doc === undefined ? [] : [{ ...doc, name }];
  });
  return new Map(groups.map((group) => [group, documented.filter((each) => each.group === group)]));
}
