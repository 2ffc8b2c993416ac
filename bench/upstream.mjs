// A stand-in upstream with very little cost: rows are made once and kept as text. Each row says who asked for it.
import { createServer } from 'node:http';
import { idOf, TASKS } from './workloads.mjs';

const kinds = ['QUARTZ', 'QPOC', 'QUEUED_TASK'];
const ends = ['SUCCESS', 'WARNING', 'ERROR'];

const rowOf = (index) => {
  const created = new Date(Date.UTC(2026, 0, 1) + index * 61_000).toISOString();
  return JSON.stringify({
    id: idOf(index),
    type: kinds[index % 3],
    uniqueName: `Cloud Account Aggregation ${index}`,
    description: `Aggregates the accounts of source ${index % 97}, and links them to their identities`,
    parentName: index % 4 ? null : 'Nightly run',
    launcher: 'LAUNCHER',
    target: { id: `2c91809${index % 97}`, type: 'APPLICATION', name: `Source ${index % 97} [source]` },
    created,
    modified: created,
    launched: created,
    completed: created,
    completionStatus: ends[index % 3],
    messages: [
      {
        type: 'INFO',
        key: 'TASK_OUT_ACCOUNT_AGGREGATION_DONE',
        localizedText: { locale: 'en', message: `Aggregated ${index} accounts` },
        parameters: [index, { name: 'accounts' }],
      },
    ],
    returns: [
      { name: 'TASK_OUT_ACCOUNT_AGGREGATION_TOTAL', attributeName: 'total' },
      { name: 'TASK_OUT_ACCOUNT_AGGREGATION_CREATED', attributeName: 'created' },
    ],
    attributes: { total: index, created: index % 7, host: 'cluster-7', appName: `app-${index % 97}` },
    progress: 'Completed',
    percentComplete: 100,
    taskDefinitionSummary: {
      id: `def${index % 5}`,
      uniqueName: 'Cloud Account Aggregation',
      description: 'Aggregates accounts',
      parentName: 'Aggregations',
      executor: 'sailpoint.task.ResourceIdentityScan',
      arguments: { noOptimizeReaggregation: 'false', deltaAggregation: index % 2 === 0 },
    },
  });
};
const rows = Array.from({ length: TASKS }, (_, index) => rowOf(index));
const byId = new Map(rows.map((row, index) => [idOf(index), row]));

let calls = 0;
let latencyMs = 0;

const server = createServer((request, response) => {
  calls += 1;
  const { pathname, searchParams } = new URL(request.url, 'http://upstream');
  const who = request.headers.authorization ?? 'nobody';
  const id = pathname.split('/')[3];
  const named = [...(searchParams.get('filters') ?? '').matchAll(/"([^"]*)"/g)].map(([, name]) => name);
  const offset = Number(searchParams.get('offset') ?? 0);
  const found = id
    ? byId.get(id)
    : `[${(named.length > 0 ? named.flatMap((name) => byId.get(name) ?? []) : rows.slice(offset, offset + Number(searchParams.get('limit') ?? 250))).join(',')}]`;
  const body = (found ?? '{}').replaceAll('LAUNCHER', who);
  const send = () => {
    response.writeHead(found ? 200 : 404, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      ...(searchParams.get('count') === 'true' && { 'x-total-count': TASKS }),
    });
    response.end(body);
  };
  if (latencyMs > 0) setTimeout(send, latencyMs);
  else send();
});
server.listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', (message) => {
  latencyMs = message.latencyMs ?? latencyMs;
  process.send({ calls });
  calls = 0;
});
