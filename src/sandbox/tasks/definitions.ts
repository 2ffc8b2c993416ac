import { type SandboxDefinition } from './task.js';

/** A task definition of the seeded tenant. */
export interface TaskDefinition {
  /** Name of the tasks launched from it. A task's name can have a suffix. */
  readonly uniqueName: string;
  readonly description: string;
  /** Value that the `type` filter matches. Null if no documented kind fits. */
  readonly kind: string | null;
  readonly type: 'QUARTZ' | 'QPOC' | 'QUEUED_TASK';
  readonly target: 'source' | 'identity' | 'none';
  readonly executor: string;
  /** How often it runs, relative to the others. */
  readonly weight: number;
  /** Label and attribute of each result. */
  readonly results: readonly (readonly [label: string, attribute: string])[];
}

const accountResults = [
  ['TASK_OUT_ACCOUNT_AGGREGATION_APPLICATIONS', 'applications'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_TOTAL', 'total'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_CREATED', 'created'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_UPDATED', 'updated'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_DELETED', 'deleted'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_IGNORED', 'ignored'],
  ['TASK_OUT_UNCHANGED_ACCOUNTS', 'optimized'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_MANAGER_CHANGES', 'managerChanges'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_IDENTITYENTITLEMENTS_CREATED', 'identityEntitlementsCreated'],
  ['TASK_OUT_ACCOUNT_AGGREGATION_OPTIMIZED', 'optimizedAggregation'],
] as const;

const groupResults = [
  ['TASK_OUT_ACCOUNT_GROUP_AGGREGATION_APPLICATIONS', 'applications'],
  ['TASK_OUT_ACCOUNT_GROUP_AGGREGATION_TOTAL', 'total'],
  ['TASK_OUT_ACCOUNT_GROUP_AGGREGATION_CREATED', 'groupsCreated'],
  ['TASK_OUT_ACCOUNT_GROUP_AGGREGATION_UPDATED', 'groupsUpdated'],
  ['TASK_OUT_ACCOUNT_GROUP_AGGREGATION_DELETED', 'groupsDeleted'],
] as const;

const totalOnly = [['TASK_OUT_TOTAL', 'total']] as const;

type Row = readonly [
  uniqueName: string,
  kind: string | null,
  weight: number,
  target: TaskDefinition['target'],
  description: string,
  results: TaskDefinition['results'],
  type?: TaskDefinition['type'],
];

const rows: readonly Row[] = [
  [
    'Cloud Account Aggregation',
    'CLOUD_ACCOUNT_AGGREGATION',
    46,
    'source',
    'Aggregates from the specified application.',
    accountResults,
  ],
  [
    'Cloud Group Aggregation',
    'CLOUD_GROUP_AGGREGATION',
    15,
    'source',
    'Aggregates groups from the specified application.',
    groupResults,
  ],
  [
    'Process Uncorrelated Accounts',
    'CLOUD_PROCESS_UNCORRELATED_ACCOUNTS',
    4,
    'source',
    'Correlates accounts without an owner.',
    totalOnly,
  ],
  ['Cloud Refresh Role', 'CLOUD_REFRESH_ROLE', 5, 'none', 'Refreshes role membership.', totalOnly],
  [
    'Source Application Discovery',
    'SOURCE_APPLICATION_DISCOVERY',
    2,
    'source',
    'Discovers applications of a source.',
    totalOnly,
    'QPOC',
  ],
  [
    'AI Agent Aggregation',
    'AI_AGENT_AGGREGATION',
    1,
    'source',
    'Aggregates AI agents of a source.',
    totalOnly,
  ],
  ['Application Discovery', 'APPLICATION_DISCOVERY', 1, 'none', 'Discovers applications.', totalOnly, 'QPOC'],
  [
    'Machine Identity Aggregation',
    'MACHINE_IDENTITY_AGGREGATION',
    2,
    'source',
    'Aggregates machine identities.',
    totalOnly,
  ],
  [
    'Machine Identity Deletion',
    'MACHINE_IDENTITY_DELETION',
    1,
    'none',
    'Deletes machine identities.',
    totalOnly,
    'QUEUED_TASK',
  ],
  [
    'Account Deletion',
    'ACCOUNT_DELETION',
    2,
    'source',
    'Deletes the accounts of a source.',
    totalOnly,
    'QUEUED_TASK',
  ],
  [
    'Cloud Entitlement Import',
    'CLOUD_ENTITLEMENT_IMPORT',
    3,
    'source',
    'Imports entitlements.',
    groupResults,
  ],
  [
    'Cloud Uncorrelated Refresh',
    'CLOUD_UNCORRELATED_REFRESH',
    2,
    'none',
    'Refreshes uncorrelated identities.',
    totalOnly,
  ],
  [
    'Cloud Identity Aggregation',
    'CLOUD_IDENTITY_AGGREGATION',
    2,
    'source',
    'Aggregates identities.',
    accountResults,
  ],
  [
    'Cloud Attribute Synchronization',
    'CLOUD_ATTRIBUTE_SYNCHRONIZATION',
    4,
    'identity',
    'Synchronizes attributes to accounts.',
    totalOnly,
  ],
  [
    'Identity Refresh',
    'IDENTITY_REFRESH',
    5,
    'identity',
    'Refreshes identities and their access.',
    totalOnly,
  ],
  ['Access Request', null, 5, 'none', 'Workflow Case', []],
];

/** All task definitions of the seeded tenant. */
export const taskDefinitions: readonly TaskDefinition[] = rows.map(
  ([uniqueName, kind, weight, target, description, results, type = 'QUARTZ']) => ({
    uniqueName,
    kind,
    weight,
    target,
    description,
    results,
    type,
    executor:
      type === 'QUARTZ' ? 'sailpoint.task.ServiceTaskExecutor' : 'sailpoint.task.ParallelTaskExecutor',
  }),
);

/** Returns the kind of a task by its definition's name, or by its own if it has no definition. Null if unknown. */
export function kindOf(task: {
  uniqueName: string;
  taskDefinitionSummary?: SandboxDefinition;
}): string | null {
  const name = task.taskDefinitionSummary?.uniqueName ?? task.uniqueName;
  return taskDefinitions.find(({ uniqueName }) => name.startsWith(uniqueName))?.kind ?? null;
}
