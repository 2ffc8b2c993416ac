import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import {
  buildSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';
import { createSchema, toSdl, toSubgraphSdl } from '../../src/index.js';

const committed = readFileSync('schema/schema.graphql', 'utf8');

/** What clients may rely on: each promised name with its type, and each argument. */
const promised = `
Query.taskStatus(id: ID!): TaskStatus
Query.taskStatuses(filter: TaskStatusFilterInput, sort: TaskStatusSortInput, limit: Int, offset: Int, first: Int, after: String): TaskStatusConnection
Query.pendingTasks(limit: Int, offset: Int, first: Int, after: String): TaskStatusConnection
Mutation.updateTaskStatus(input: UpdateTaskStatusInput!): UpdateTaskStatusPayload
TaskStatusConnection.nodes: [TaskStatus!]!
TaskStatusConnection.edges: [TaskStatusEdge!]!
TaskStatusConnection.pageInfo: PageInfo!
TaskStatusConnection.totalCount: Int
TaskStatusEdge.cursor: String!
TaskStatusEdge.node: TaskStatus!
PageInfo.hasNextPage: Boolean!
PageInfo.hasPreviousPage: Boolean!
PageInfo.startCursor: String
PageInfo.endCursor: String
TaskStatus.id: ID!
TaskStatus.type: TaskStatusType
TaskStatus.uniqueName: String
TaskStatus.description: String
TaskStatus.parentName: String
TaskStatus.launcher: String
TaskStatus.target: TaskTarget
TaskStatus.created: DateTime
TaskStatus.modified: DateTime
TaskStatus.launched: DateTime
TaskStatus.completed: DateTime
TaskStatus.completionStatus: CompletionStatus
TaskStatus.rawCompletionStatus: String
TaskStatus.messages: [TaskMessage!]!
TaskStatus.returns: [TaskReturn!]!
TaskStatus.attributes: JSON!
TaskStatus.progress: String
TaskStatus.percentComplete: Int
TaskStatus.taskDefinitionSummary: TaskDefinitionSummary
TaskStatus.state: TaskState!
TaskStatus.statusMessage: String
TaskStatus.durationSeconds: Int
TaskStatus.results: [TaskResult!]!
TaskTarget.id: ID
TaskTarget.type: TaskTargetType
TaskTarget.name: String
TaskTarget.source: Source
TaskTarget.identity: Identity
Source.id: ID!
Source.taskStatuses(filter: TaskStatusFilterInput, sort: TaskStatusSortInput, limit: Int, offset: Int, first: Int, after: String): TaskStatusConnection
Source.pendingTasks(limit: Int, offset: Int, first: Int, after: String): TaskStatusConnection
Identity.id: ID!
TaskMessage.type: MessageType
TaskMessage.key: String
TaskMessage.localizedText: LocalizedText
TaskMessage.parameters: [JSON!]!
TaskMessage.text: String
LocalizedText.locale: String
LocalizedText.message: String
TaskReturn.name: String
TaskReturn.attributeName: String
TaskResult.label: String!
TaskResult.key: String!
TaskResult.value: JSON
TaskDefinitionSummary.id: ID
TaskDefinitionSummary.uniqueName: String
TaskDefinitionSummary.description: String
TaskDefinitionSummary.parentName: String
TaskDefinitionSummary.executor: String
TaskDefinitionSummary.arguments: JSON!
UpdateTaskStatusPayload.taskStatus: TaskStatus
TaskStatusFilterInput.id: IdFilterInput
TaskStatusFilterInput.sourceId: IdFilterInput
TaskStatusFilterInput.completionStatus: CompletionStatusFilterInput
TaskStatusFilterInput.kind: TaskKindFilterInput
TaskStatusFilterInput.launcher: StringFilterInput
IdFilterInput.eq: ID
IdFilterInput.in: [ID!]
StringFilterInput.eq: String
StringFilterInput.in: [String!]
CompletionStatusFilterInput.eq: CompletionStatus
CompletionStatusFilterInput.in: [CompletionStatus!]
CompletionStatusFilterInput.isNull: Boolean
TaskKindFilterInput.eq: TaskKind
TaskKindFilterInput.in: [TaskKind!]
TaskStatusSortInput.field: TaskStatusSortField!
TaskStatusSortInput.direction: SortDirection!
UpdateTaskStatusInput.id: ID!
UpdateTaskStatusInput.patch: [JsonPatchOperationInput!]!
JsonPatchOperationInput.op: JsonPatchOp!
JsonPatchOperationInput.path: String!
JsonPatchOperationInput.value: JSON
JsonPatchOperationInput.from: String
TaskStatusType = QUARTZ QPOC QUEUED_TASK UNKNOWN
CompletionStatus = SUCCESS WARNING ERROR TERMINATED TEMP_ERROR UNKNOWN
TaskState = QUEUED RUNNING SUCCEEDED WARNED FAILED TERMINATED UNKNOWN
TaskTargetType = APPLICATION IDENTITY UNKNOWN
MessageType = INFO WARN ERROR UNKNOWN
TaskKind = CLOUD_ACCOUNT_AGGREGATION CLOUD_GROUP_AGGREGATION CLOUD_PROCESS_UNCORRELATED_ACCOUNTS CLOUD_REFRESH_ROLE SOURCE_APPLICATION_DISCOVERY AI_AGENT_AGGREGATION APPLICATION_DISCOVERY MACHINE_IDENTITY_AGGREGATION MACHINE_IDENTITY_DELETION ACCOUNT_DELETION CLOUD_ENTITLEMENT_IMPORT CLOUD_UNCORRELATED_REFRESH CLOUD_IDENTITY_AGGREGATION CLOUD_ATTRIBUTE_SYNCHRONIZATION IDENTITY_REFRESH
TaskStatusSortField = CREATED
SortDirection = ASC DESC
JsonPatchOp = ADD REMOVE REPLACE MOVE COPY TEST`;

const lines = promised.trim().split('\n');
test.each(lines.map((line) => [line.split(/[(:\s]/)[0], line] as const))('%s is as promised', (_, line) => {
  const schema = buildSchema(committed);
  const [, name = '', values] = /^(\w+) = (.+)$/.exec(line) ?? [];
  if (values !== undefined)
    expect(enumValues(schema, name)).toEqual(expect.arrayContaining(values.split(' ')));
  else expect(line).toBe(asWritten(schema, line));
});

test('the committed schema is what the classes say', () => {
  expect(committed).toBe(toSdl(createSchema()));
});

test('the committed subgraph schema is what the classes say', () => {
  expect(readFileSync('schema/subgraph.graphql', 'utf8')).toBe(toSubgraphSdl(createSchema()));
});

test('what a router asks of a subgraph is no part of what clients are promised', () => {
  expect(committed).not.toMatch(/\b_(?:service|entities|Service|Entity|Any)\b/);
});

test('every type, field, argument and enum value is described', () => {
  const undescribed = Object.values(buildSchema(committed).getTypeMap())
    .filter(({ name }) => !name.startsWith('__') && !['ID', 'Int', 'String', 'Boolean'].includes(name))
    .flatMap((type) => [
      ...(type.description ? [] : [type.name]),
      ...(isEnumType(type)
        ? type
            .getValues()
            .filter((value) => !value.description)
            .map(({ name }) => `${type.name}.${name}`)
        : []),
      ...(isObjectType(type) || isInputObjectType(type)
        ? Object.values(type.getFields()).flatMap((field) => [
            ...(field.description ? [] : [`${type.name}.${field.name}`]),
            ...argumentsOf(field).flatMap((arg) =>
              arg.description ? [] : [`${type.name}.${field.name}(${arg.name})`],
            ),
          ])
        : []),
    ]);
  expect(undescribed).toEqual([]);
});

function argumentsOf(field: GraphQLField<unknown, unknown> | GraphQLInputField): readonly GraphQLArgument[] {
  return 'args' in field ? field.args : [];
}

function enumValues(schema: GraphQLSchema, name: string): string[] {
  const type = schema.getType(name);
  return isEnumType(type) ? type.getValues().map((value) => value.name) : [];
}

/** The line as the schema has it, with the arguments in the line's own order. */
function asWritten(schema: GraphQLSchema, line: string): string | undefined {
  const [, typeName = '', fieldName = '', args = ''] = /^(\w+)\.(\w+)(?:\((.*)\))?:/.exec(line) ?? [];
  const type = schema.getType(typeName);
  const field = isObjectType(type) || isInputObjectType(type) ? type.getFields()[fieldName] : undefined;
  if (field === undefined) return undefined;
  const found = args
    .split(', ')
    .filter(Boolean)
    .map((written) => {
      const arg = argumentsOf(field).find(({ name }) => written.startsWith(`${name}:`));
      return arg && `${arg.name}: ${String(arg.type)}`;
    });
  return `${typeName}.${fieldName}${found.length > 0 ? `(${found.join(', ')})` : ''}: ${String(field.type)}`;
}
