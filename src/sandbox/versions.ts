/** Names of the API versions, as they appear in paths. */
type VersionName = 'beta' | 'v2024' | 'v2025' | 'v2026' | 'v1';

/** Behaviour of one version of the task status API. All versions read and write the same tasks. */
export interface ApiVersion {
  readonly name: VersionName;
  /** Path of the list. A task is one segment below it. */
  readonly listPath: string;
  /** Whether the list has only finished tasks, or all. */
  readonly lists: 'completed' | 'all';
  /** Whether `pending-tasks` exists. If not, it is treated as a task id. */
  readonly hasPendingTasks: boolean;
  /** Accepted operators by field. Everything else is refused. */
  readonly filters: Readonly<Record<string, readonly string[]>>;
  /** Kinds documented for the `type` filter. Empty if the documents don't list any. */
  readonly documentedKinds: readonly string[];
}

const equality = ['eq', 'in'] as const;
const firstFilters = { id: equality, sourceId: equality, completionStatus: equality, type: equality };
const filtersWithNull = { ...firstFilters, completionStatus: [...equality, 'isnull'] };
const filtersWithLauncher = { ...filtersWithNull, launcher: equality };

const kindsOf2025 = [
  'CLOUD_ACCOUNT_AGGREGATION',
  'CLOUD_GROUP_AGGREGATION',
  'CLOUD_PROCESS_UNCORRELATED_ACCOUNTS',
  'CLOUD_REFRESH_ROLE',
  'SOURCE_APPLICATION_DISCOVERY',
  'AI_AGENT_AGGREGATION',
  'APPLICATION_DISCOVERY',
  'MACHINE_IDENTITY_AGGREGATION',
  'MACHINE_IDENTITY_DELETION',
  'ACCOUNT_DELETION',
] as const;

/** All kinds of task for the `type` filter, from the newest version's documents. */
export const allKinds: readonly string[] = [
  ...kindsOf2025,
  'CLOUD_ENTITLEMENT_IMPORT',
  'CLOUD_UNCORRELATED_REFRESH',
  'CLOUD_IDENTITY_AGGREGATION',
  'CLOUD_ATTRIBUTE_SYNCHRONIZATION',
  'IDENTITY_REFRESH',
];

/** All versions, oldest first. Source: SailPoint's OpenAPI documents, one per version. */
export const apiVersions: readonly ApiVersion[] = [
  {
    name: 'beta',
    listPath: '/beta/task-status',
    lists: 'completed',
    hasPendingTasks: true,
    filters: firstFilters,
    documentedKinds: [],
  },
  {
    name: 'v2024',
    listPath: '/v2024/task-status',
    lists: 'completed',
    hasPendingTasks: true,
    filters: firstFilters,
    documentedKinds: [],
  },
  {
    name: 'v2025',
    listPath: '/v2025/task-status',
    lists: 'all',
    hasPendingTasks: true,
    filters: filtersWithNull,
    documentedKinds: kindsOf2025,
  },
  {
    name: 'v2026',
    listPath: '/v2026/task-status',
    lists: 'all',
    hasPendingTasks: false,
    filters: filtersWithLauncher,
    documentedKinds: allKinds,
  },
  {
    name: 'v1',
    listPath: '/task-status/v1',
    lists: 'all',
    hasPendingTasks: false,
    filters: filtersWithLauncher,
    documentedKinds: allKinds,
  },
];
