// Asks the gateway whose GraphQL URL is given as a client would: whether it is ready, for its page, for a task.
import assert from 'node:assert/strict';

const graphql = process.argv[2];
const ready = await fetch(new URL('/health/ready', graphql));
assert.equal(ready.status, 200);
const page = await fetch(graphql, { headers: { accept: 'text/html' } });
assert.match(await page.text(), /<script type="module"/);
const reply = await fetch(graphql, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ taskStatuses(limit: 1) { totalCount nodes { id state } } }' }),
});
assert.equal(reply.status, 200);
assert.equal(reply.headers.get('x-upstream'), 'embedded-sandbox');
const { data, errors } = await reply.json();
assert.equal(errors, undefined);
assert.equal(data.taskStatuses.nodes.length, 1);
process.stdout.write(`${graphql} is ready and answers: ${JSON.stringify(data)}\n`);
