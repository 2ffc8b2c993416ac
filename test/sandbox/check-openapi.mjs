/**
 * Validates what the sandbox answers, on every API version, against SailPoint's OpenAPI documents.
 * Usage: node test/sandbox/check-openapi.mjs DIR, after the build; DIR holds `task-management.{version}.json`.
 * Exits with 1 on any mismatch or too little coverage, with 2 where DIR is missing.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { URLSearchParams } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { startSandbox } from '../../dist/sandbox/sandbox.js';

const { fetch } = globalThis;
const say = (line) => process.stdout.write(`${line}\n`);

const directory = process.argv[2] ?? '../shared/reference/openapi';
const versions = ['beta', 'v2024', 'v2025', 'v2026', 'v1'];
const wantedPerVersion = 500;
const wantedPerStatus = 10;

if (!existsSync(directory)) {
  say(`No OpenAPI documents at ${directory}: nothing was checked`);
  process.exit(2);
}

/** Calls of one operation that end in each of its statuses: settings to make them do so, and what to send. */
const causes = {
  200: () => ({}),
  204: () => ({ settings: { emptyPending: 204 }, withoutPending: true }),
  400: (operation) => badRequestOf(operation),
  401: (_operation, index) => ({ token: index % 2 === 0 ? 'not.a.token' : { expiresInSeconds: -1 } }),
  403: (operation, index) => ({
    token: operation === 'updateTaskStatus' && index % 2 === 0 ? { user: false } : { level: 'USER' },
  }),
  404: (operation) =>
    operation === 'getTaskStatusList'
      ? { settings: { errorRate: 1, errorStatus: 404 } }
      : { id: 'f'.repeat(32) },
  429: (_operation, index) => ({
    settings: index % 2 === 0 ? { burst: '1/1' } : { errorRate: 1, errorStatus: 429 },
  }),
  500: () => ({ settings: { errorRate: 1, errorStatus: 500 } }),
};

function badRequestOf(operation) {
  if (operation === 'getTaskStatus') return { settings: { errorRate: 1, errorStatus: 400 } };
  if (operation === 'updateTaskStatus') return { operations: [{ op: 'remove', path: '/id' }] };
  return { query: { limit: '251' } };
}

const filters = [
  '',
  'completionStatus eq "Success"',
  'completionStatus in ("ERROR","WARNING")',
  'type eq "CLOUD_ACCOUNT_AGGREGATION"',
  'not completionStatus eq "SUCCESS"',
];

/** Ordinary calls, varied by their number. */
function ordinaryQuery(operation, index) {
  if (operation === 'getTaskStatus' || operation === 'updateTaskStatus') return {};
  const query = {
    offset: String((index * 37) % 600),
    limit: String(1 + ((index * 13) % 40)),
    count: String(index % 2 === 0),
  };
  if (operation !== 'getTaskStatusList') return query;
  return {
    ...query,
    filters: filters[index % filters.length],
    sorters: index % 3 === 0 ? 'created' : '-created',
  };
}

/** What OpenAPI 3.0 says with `nullable`, JSON Schema says in the type; the documents have it next to a type throughout. */
function toJsonSchema(node) {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node;
  const schema = Object.fromEntries(
    Object.entries(rest).map(([name, value]) => [name, name === 'enum' ? value : toJsonSchema(value)]),
  );
  if (nullable !== true || typeof schema.type !== 'string') return schema;
  return { ...schema, type: [schema.type, 'null'] };
}

function validatorsOf(document) {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema({ $id: 'api', components: toJsonSchema(document.components) });
  const resolve = (node) =>
    node.$ref === undefined
      ? node
      : node.$ref
          .slice(2)
          .split('/')
          .reduce((at, key) => at[key], document);
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, responses }]) => ({
      operation: operationId.replace(/V1$/, ''),
      method: method.toUpperCase(),
      path,
      responses: new Map(
        Object.entries(responses).map(([status, response]) => {
          const schema = resolve(response).content?.['application/json']?.schema;
          const absolute = JSON.parse(
            JSON.stringify(toJsonSchema(schema ?? null)).replaceAll('"#/', '"api#/'),
          );
          return [Number(status), absolute === null ? undefined : ajv.compile(absolute)];
        }),
      ),
    })),
  );
}

const mismatches = [];
const counts = new Map();

async function call(sandbox, version, endpoint, wantedStatus, index) {
  const cause = causes[wantedStatus](endpoint.operation, index);
  sandbox.configure(cause.settings ?? {});
  if (cause.withoutPending) {
    for (const { id, completionStatus } of sandbox.tasks()) if (completionStatus === null) sandbox.remove(id);
  }
  const tasks = sandbox.tasks();
  const isPatch = endpoint.operation === 'updateTaskStatus';
  const id = cause.id ?? (isPatch ? sandbox.insert({}).id : tasks[(index * 101) % tasks.length].id);
  const query = new URLSearchParams({ ...ordinaryQuery(endpoint.operation, index), ...cause.query });
  const base = version === 'v1' ? '' : `/${version}`;
  const token = typeof cause.token === 'string' ? cause.token : sandbox.token(cause.token);
  const operations = cause.operations ?? [
    { op: 'replace', path: '/completionStatus', value: ['Error', 'SUCCESS', 'Terminated'][index % 3] },
    { op: 'replace', path: '/completed', value: new Date().toISOString() },
  ];
  const response = await fetch(`${sandbox.url}${base}${endpoint.path.replace('{id}', id)}?${query}`, {
    method: endpoint.method,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(isPatch ? { 'Content-Type': 'application/json-patch+json' } : {}),
    },
    ...(isPatch ? { body: JSON.stringify(operations) } : {}),
  });
  judge(version, endpoint, wantedStatus, response, await response.text());
  if (isPatch && cause.id === undefined) sandbox.remove(id);
}

function judge(version, endpoint, wantedStatus, response, text) {
  const key = `${version} ${endpoint.operation} ${response.status}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
  const complain = (reason) => mismatches.push(`${key}: ${reason}`);
  if (response.status !== wantedStatus) complain(`expected ${wantedStatus}`);
  if (!endpoint.responses.has(response.status)) complain('status is not documented');
  if (endpoint.method === 'HEAD' || response.status === 204) {
    if (text !== '') complain('has a body');
    return;
  }
  if (response.headers.get('content-type') !== 'application/json') complain('is not JSON');
  const validate = endpoint.responses.get(response.status);
  if (validate !== undefined && !validate(JSON.parse(text))) {
    complain(validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`).join('; '));
  }
}

for (const version of versions) {
  const document = JSON.parse(readFileSync(join(directory, `task-management.${version}.json`), 'utf8'));
  const endpoints = validatorsOf(document);
  const sandbox = await startSandbox({ settings: { rateLimit: 'off', tasks: 1000 } });
  let sent = 0;
  for (const endpoint of endpoints) {
    for (const status of endpoint.responses.keys()) {
      const times = status === 200 ? Math.ceil(wantedPerVersion / endpoints.length) : wantedPerStatus;
      sandbox.reset();
      for (let index = 0; index < times; index++, sent++)
        await call(sandbox, version, endpoint, status, index);
    }
  }
  await sandbox.stop();
  const wanted = endpoints.flatMap(({ operation, responses }) =>
    [...responses.keys()].map((status) => `${version} ${operation} ${status}`),
  );
  for (const key of wanted) {
    if ((counts.get(key) ?? 0) < wantedPerStatus)
      mismatches.push(`${key}: fewer than ${wantedPerStatus} answers`);
  }
  say(`${version}: ${sent} requests`);
  for (const { operation, responses } of endpoints) {
    const line = [...responses.keys()].map(
      (status) => `${status}: ${counts.get(`${version} ${operation} ${status}`) ?? 0}`,
    );
    say(`  ${operation.padEnd(22)} ${line.join('  ')}`);
  }
}

for (const mismatch of mismatches.slice(0, 50)) say(mismatch);
say(mismatches.length === 0 ? 'Every answer is as documented' : `${mismatches.length} mismatches`);
process.exitCode = mismatches.length === 0 ? 0 : 1;
