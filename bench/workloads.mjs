// Requests, as GraphQL, and as a path for the raw proxy. Numbers count up, so that no two requests in a row ask for the
// same.

/** Number of tasks in the stand-in upstream. */
export const TASKS = 5_000;
export const idOf = (index) => `2c9180${index.toString(16).padStart(26, '0')}`;

const scalars =
  'id type uniqueName description parentName launcher created modified launched completed completionStatus percentComplete';
const others =
  'id launcher progress completionStatus created target { name } messages { key } modified launched';
const all = `${scalars} progress target { id type name } messages { type key localizedText { locale message } } taskDefinitionSummary { id uniqueName description parentName executor }`;
const few = 'id type uniqueName description launcher created completed completionStatus percentComplete';

const one =
  (fields, alias = '') =>
  (n) => ({
    query: `query ($id: ID!) { ${alias}taskStatus(id: $id) { ${fields} } }`,
    variables: { id: idOf(n % TASKS) },
    path: `/beta/task-status/${idOf(n % TASKS)}`,
  });
const oneInline = (n) => ({
  query: `{ taskStatus(id: "${idOf(n % TASKS)}") { ${scalars} } }`,
  path: `/beta/task-status/${idOf(n % TASKS)}`,
});
const ids = (n) => Array.from({ length: 50 }, (_, index) => idOf((n * 50 + index * 7) % TASKS));
const merged = (given) =>
  `/beta/task-status?filters=${encodeURIComponent(`id in (${given.map((id) => `"${id}"`).join()})`)}`;
const fifty = (n) => ({
  query: `query (${ids(n).map((_, i) => `$i${i}: ID!`)}) { ${ids(n)
    .map((_, i) => `t${i}: taskStatus(id: $i${i}) { ${scalars} }`)
    .join(' ')} }`,
  variables: Object.fromEntries(ids(n).map((id, i) => [`i${i}`, id])),
  path: merged(ids(n)),
});
const fiftyInline = (n) => ({
  query: `{ ${ids(n)
    .map((id, i) => `task${i}: taskStatus(id: "${id}") { ${scalars} }`)
    .join(' ')} }`,
  path: merged(ids(n)),
});
const list = (limit, fields, total) => (n) => {
  const offset = (n * 31) % (TASKS - limit);
  return {
    query: `query ($limit: Int, $offset: Int) { taskStatuses(limit: $limit, offset: $offset) { nodes { ${fields} } ${total} } }`,
    variables: { limit, offset },
    path: `/beta/task-status?limit=${limit}&offset=${offset}${total && '&count=true'}`,
  };
};
const listInline = (limit, fields) => (n) => {
  const offset = (n * 31) % (TASKS - limit);
  return {
    query: `{ page: taskStatuses(limit: ${limit}, offset: ${offset}) { nodes { ${fields} } } }`,
    path: `/beta/task-status?limit=${limit}&offset=${offset}`,
  };
};

/** Workloads by name: clients in a closed loop, tokens, the upstream's latency, the request. */
export const workloads = {
  'W1 a task by id': { clients: 32, request: one(scalars) },
  'W1 other fields, an alias': { clients: 32, request: one(others, 'task: ') },
  'W1 ids as literals': { clients: 32, request: oneInline },
  'W1 of 20 tokens': { clients: 40, tokens: 20, request: one(scalars) },
  'W2 50 ids in a query': { clients: 8, request: fifty },
  'W2 ids as literals': { clients: 8, request: fiftyInline },
  'W3 a list of 250': { clients: 8, request: list(250, all, '') },
  'W3 literals, other fields': { clients: 8, request: listInline(250, `${all} attributes`) },
  'W4 a list of 25, with its total': { clients: 16, request: list(25, few, 'totalCount') },
  'W5 W1 with 20 ms': { clients: 64, latencyMs: 20, request: one(scalars) },
};
