import { registerEnumType } from 'type-graphql';

/** How the upstream's scheduler runs a task. Source: `TaskStatus.type`. */
export enum TaskStatusType {
  QUARTZ = 'QUARTZ',
  QPOC = 'QPOC',
  QUEUED_TASK = 'QUEUED_TASK',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(TaskStatusType, {
  name: 'TaskStatusType',
  description:
    'How SailPoint’s scheduler runs a task. It does not tell an aggregation from a refresh, and `filter.kind` does not take it.',
  valuesConfig: {
    QUARTZ: { description: 'A scheduled or started job. Aggregations always have this type.' },
    QPOC: { description: 'A partitioned job.' },
    QUEUED_TASK: { description: 'A job taken from a queue.' },
    UNKNOWN: { description: 'A type that this gateway does not know.' },
  },
});

/** How a task ended. The values have the vendor's spelling. Source: `TaskStatus.completionStatus`. */
export enum CompletionStatus {
  SUCCESS = 'SUCCESS',
  WARNING = 'WARNING',
  ERROR = 'ERROR',
  TERMINATED = 'TERMINATED',
  TEMP_ERROR = 'TEMPERROR',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(CompletionStatus, {
  name: 'CompletionStatus',
  description: 'How a task ended.',
  valuesConfig: {
    SUCCESS: { description: 'Ended without warnings or errors.' },
    WARNING: { description: 'Ended with warnings. Read them in `messages`.' },
    ERROR: { description: 'Failed. `statusMessage` gives the reason if the upstream sent one.' },
    TERMINATED: { description: 'Stopped, or marked as ended.' },
    TEMP_ERROR: { description: 'Failed for a temporary reason. The upstream may run it again.' },
    UNKNOWN: {
      description:
        'A status that this gateway does not know: see `rawCompletionStatus`. Not accepted in a filter.',
    },
  },
});

/** The state of a task, derived from `launched`, `completed` and `completionStatus`. */
export enum TaskState {
  QUEUED = 'QUEUED',
  RUNNING = 'RUNNING',
  SUCCEEDED = 'SUCCEEDED',
  WARNED = 'WARNED',
  FAILED = 'FAILED',
  TERMINATED = 'TERMINATED',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(TaskState, {
  name: 'TaskState',
  description:
    'The state of a task. A task is finished once both `completed` and `completionStatus` are set; the upstream does not set both at the same time.',
  valuesConfig: {
    QUEUED: { description: 'Not launched yet.' },
    RUNNING: { description: 'Launched, not finished yet.' },
    SUCCEEDED: { description: 'Finished with SUCCESS.' },
    WARNED: { description: 'Finished with WARNING.' },
    FAILED: { description: 'Finished with ERROR or TEMP_ERROR.' },
    TERMINATED: { description: 'Finished with TERMINATED.' },
    UNKNOWN: { description: 'Finished with a status that this gateway does not know.' },
  },
});

/** What a task works on. Source: `Target.type`. */
export enum TaskTargetType {
  APPLICATION = 'APPLICATION',
  IDENTITY = 'IDENTITY',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(TaskTargetType, {
  name: 'TaskTargetType',
  description: 'What a task works on.',
  valuesConfig: {
    APPLICATION: { description: 'A source. The target’s `id` is the source’s id.' },
    IDENTITY: { description: 'An identity. The target’s `id` is the identity’s id.' },
    UNKNOWN: { description: 'A kind of target that this gateway does not know.' },
  },
});

/** The severity of a message. Source: `TaskStatusMessage.type`. */
export enum MessageType {
  INFO = 'INFO',
  WARN = 'WARN',
  ERROR = 'ERROR',
  UNKNOWN = 'UNKNOWN',
}
registerEnumType(MessageType, {
  name: 'MessageType',
  description: 'The severity of a message.',
  valuesConfig: {
    INFO: { description: 'For information.' },
    WARN: { description: 'A warning.' },
    ERROR: { description: 'An error.' },
    UNKNOWN: { description: 'A severity that this gateway does not know.' },
  },
});

/** What the upstream's filter on `type` accepts. Not the values of {@link TaskStatusType}. */
export enum TaskKind {
  CLOUD_ACCOUNT_AGGREGATION = 'CLOUD_ACCOUNT_AGGREGATION',
  CLOUD_GROUP_AGGREGATION = 'CLOUD_GROUP_AGGREGATION',
  CLOUD_PROCESS_UNCORRELATED_ACCOUNTS = 'CLOUD_PROCESS_UNCORRELATED_ACCOUNTS',
  CLOUD_REFRESH_ROLE = 'CLOUD_REFRESH_ROLE',
  SOURCE_APPLICATION_DISCOVERY = 'SOURCE_APPLICATION_DISCOVERY',
  AI_AGENT_AGGREGATION = 'AI_AGENT_AGGREGATION',
  APPLICATION_DISCOVERY = 'APPLICATION_DISCOVERY',
  MACHINE_IDENTITY_AGGREGATION = 'MACHINE_IDENTITY_AGGREGATION',
  MACHINE_IDENTITY_DELETION = 'MACHINE_IDENTITY_DELETION',
  ACCOUNT_DELETION = 'ACCOUNT_DELETION',
  CLOUD_ENTITLEMENT_IMPORT = 'CLOUD_ENTITLEMENT_IMPORT',
  CLOUD_UNCORRELATED_REFRESH = 'CLOUD_UNCORRELATED_REFRESH',
  CLOUD_IDENTITY_AGGREGATION = 'CLOUD_IDENTITY_AGGREGATION',
  CLOUD_ATTRIBUTE_SYNCHRONIZATION = 'CLOUD_ATTRIBUTE_SYNCHRONIZATION',
  IDENTITY_REFRESH = 'IDENTITY_REFRESH',
}
registerEnumType(TaskKind, {
  name: 'TaskKind',
  description:
    'What a task does, for use in a filter. No task carries it: read `uniqueName` or `taskDefinitionSummary` instead. Some API versions and tenants refuse some kinds.',
  valuesConfig: {
    CLOUD_ACCOUNT_AGGREGATION: { description: 'Account aggregation of a source.' },
    CLOUD_GROUP_AGGREGATION: { description: 'Entitlement (group) aggregation of a source.' },
    CLOUD_PROCESS_UNCORRELATED_ACCOUNTS: { description: 'Processing of accounts without an identity.' },
    CLOUD_REFRESH_ROLE: { description: 'Refresh of role membership.' },
    SOURCE_APPLICATION_DISCOVERY: { description: 'Discovery of a source’s applications.' },
    AI_AGENT_AGGREGATION: { description: 'Aggregation of AI agents.' },
    APPLICATION_DISCOVERY: { description: 'Discovery of applications.' },
    MACHINE_IDENTITY_AGGREGATION: { description: 'Aggregation of machine identities.' },
    MACHINE_IDENTITY_DELETION: { description: 'Deletion of machine identities.' },
    ACCOUNT_DELETION: { description: 'Deletion of accounts.' },
    CLOUD_ENTITLEMENT_IMPORT: { description: 'Import of entitlements. Documented from v2026 on.' },
    CLOUD_UNCORRELATED_REFRESH: {
      description: 'Refresh of uncorrelated accounts. Documented from v2026 on.',
    },
    CLOUD_IDENTITY_AGGREGATION: { description: 'Aggregation of identities. Documented from v2026 on.' },
    CLOUD_ATTRIBUTE_SYNCHRONIZATION: { description: 'Attribute synchronization. Documented from v2026 on.' },
    IDENTITY_REFRESH: { description: 'Refresh of identities. Documented from v2026 on.' },
  },
});

/** What a list can be sorted by. The upstream has only this sorter. */
export enum TaskStatusSortField {
  CREATED = 'created',
}
registerEnumType(TaskStatusSortField, {
  name: 'TaskStatusSortField',
  description: 'What a list can be sorted by.',
  valuesConfig: { CREATED: { description: 'When the task was created.' } },
});

/** The direction of a sorted list: oldest or newest first. */
export enum SortDirection {
  ASC = 'ASC',
  DESC = 'DESC',
}
registerEnumType(SortDirection, {
  name: 'SortDirection',
  description: 'The direction of a sorted list.',
  valuesConfig: { ASC: { description: 'Oldest first.' }, DESC: { description: 'Newest first.' } },
});

/** Operation names of RFC 6902. The values have the RFC's spelling. */
export enum JsonPatchOp {
  ADD = 'add',
  REMOVE = 'remove',
  REPLACE = 'replace',
  MOVE = 'move',
  COPY = 'copy',
  TEST = 'test',
}
registerEnumType(JsonPatchOp, {
  name: 'JsonPatchOp',
  description: 'A JSON Patch operation (RFC 6902, section 4).',
  valuesConfig: {
    ADD: { description: 'Adds `value` at `path`.' },
    REMOVE: { description: 'Removes what is at `path`.' },
    REPLACE: { description: 'Replaces what is at `path` with `value`.' },
    MOVE: { description: 'Moves what is at `from` to `path`.' },
    COPY: { description: 'Copies what is at `from` to `path`.' },
    TEST: { description: 'Fails the whole patch unless `value` is at `path`.' },
  },
});
