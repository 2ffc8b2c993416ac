/** The examples as Apollo Client sends them, with `__typename` in every selection. */
export default { documents: 'schema/operations/*.graphql', output: 'persisted-operations.json' };
