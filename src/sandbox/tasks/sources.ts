/** A source of the seeded tenant. `weight` is how busy it is. */
export interface SeededSource {
  readonly name: string;
  readonly weight: number;
}

/** Sources, busiest first. Some names break careless code: quotes, ampersands, umlauts, brackets. */
export const seededSources: readonly SeededSource[] = [
  'Active Directory',
  'Workday',
  'Azure AD',
  'ServiceNow',
  'Salesforce',
  'SAP ERP',
  'Okta',
  'Oracle HCM',
  'AWS Accounts',
  'Google Workspace',
  'GitHub Enterprise',
  'Slack',
  'Zoom',
  'Box',
  'Contractors (CSV)',
  'R&D Directory',
  'Payroll "Legacy"',
  'Zürich Filiale',
  'Badge System #2',
  'Mainframe RACF',
  'PostgreSQL Finance',
  'Linux Jump Hosts',
  'Atlassian Cloud',
  'Epic EMR',
  'Coupa',
  'Snowflake',
  'Tableau',
  'VPN Users',
  'Test [do not use]',
  'Retired LDAP',
].map((name, rank) => ({ name, weight: Math.round(60 / (rank + 1)) + 1 }));

/** Launchers of tasks: services, people and account names, as live tenants show them. */
export const launchers = [
  { name: 'System', weight: 12 },
  { name: 'cloudadmin', weight: 3 },
  { name: 'John Doe', weight: 3 },
  { name: 'Maria Lopez', weight: 2 },
  { name: 'Aiko Tanaka', weight: 2 },
  { name: 'T05293', weight: 1 },
  { name: 'slpt.services', weight: 1 },
] as const;

/** People that identity tasks work on. */
export const identities: readonly string[] = [
  'Ada Winter',
  'Bruno Keller',
  'Chloé Martin',
  'David Osei',
  'Elif Kaya',
  'Finn Larsen',
  "Grace O'Neil",
  'Hiro Sato',
];
