/** An OAuth client. Without a user, it acts for itself and has no `level`. */
export interface SandboxClient {
  readonly id: string;
  readonly secret: string;
  readonly level?: string;
  readonly userName?: string;
  readonly scope: readonly string[];
}

/** User levels that may read task statuses. All except HELPDESK may also patch them. */
export const readingLevels: readonly string[] = [
  'ORG_ADMIN',
  'HELPDESK',
  'CERT_ADMIN',
  'REPORT_ADMIN',
  'ROLE_ADMIN',
  'ROLE_SUBADMIN',
  'SOURCE_ADMIN',
  'SOURCE_SUBADMIN',
];

const everything = ['sp:scopes:all'];

/** Default client. Calls without a token count as its calls. */
export const mainClient: SandboxClient = {
  id: 'sandbox',
  secret: 'sandbox',
  level: 'ORG_ADMIN',
  userName: 'sandbox.admin',
  scope: everything,
};

/**
 * All clients. Their secret is `sandbox`. There is one for each user level, one whose level has no rights here,
 * one that may only read, and one without a user.
 */
export const sandboxClients: readonly SandboxClient[] = [
  mainClient,
  ...[...readingLevels.filter((level) => level !== mainClient.level), 'USER'].map((level) => ({
    id: `sandbox-${level.toLowerCase().replace('_', '-')}`,
    secret: 'sandbox',
    level,
    userName: `sandbox.${level.toLowerCase().replace('_', '.')}`,
    scope: everything,
  })),
  { ...mainClient, id: 'sandbox-reader', userName: 'sandbox.reader', scope: ['idn:task-management:read'] },
  { id: 'sandbox-application', secret: 'sandbox', scope: everything },
];
