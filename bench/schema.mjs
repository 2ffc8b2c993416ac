/** The part of the API's schema that the workloads ask for, as the servers beside the gateway serve it. */
export const typeDefs = `#graphql
  scalar JSON
  type Query { taskStatus(id: ID!): TaskStatus  taskStatuses(limit: Int, offset: Int): Page }
  type Page { nodes: [TaskStatus!]!  totalCount: Int }
  type TaskStatus {
    id: ID!  type: String  uniqueName: String  description: String  parentName: String  launcher: String  target: Target
    created: String  modified: String  launched: String  completed: String  completionStatus: String
    messages: [Message!]  progress: String  percentComplete: Int  attributes: JSON  taskDefinitionSummary: Summary
  }
  type Target { id: ID  type: String  name: String }
  type Message { type: String  key: String  localizedText: Text }
  type Text { locale: String  message: String }
  type Summary { id: ID  uniqueName: String  description: String  parentName: String  executor: String }
`;
