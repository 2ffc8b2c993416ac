// GraphiQL in a real Chromium, in front of the built gateway. Set CHROMIUM where it isn't at /usr/bin/chromium, and
// SCREENSHOT to the file that is to show the page with an answer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import diagnostics from 'node:diagnostics_channel';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, print } from 'graphql';
import { chromium } from 'playwright-core';
import { readConfig, startGateway } from '../../dist/index.js';

let gateway, profile, browser, page;
/** What reached the gateway. */
const received = [];
/** Answers to subscriptions that have not ended. */
const openStreams = new Set();
/** What the browser asked of other hosts, and what it complained of. */
const strayed = [];
const complaints = [];

diagnostics.subscribe('http.server.request.start', ({ request, response }) => {
  const { method, url, headers, socket } = request;
  if (socket.localPort !== Number(new URL(gateway.url).port)) return;
  const { accept, authorization } = headers;
  received.push({ what: `${method} ${url}`, authorization });
  if (accept !== 'text/event-stream') return;
  openStreams.add(response);
  response.once('close', () => openStreams.delete(response));
});

before(async () => {
  gateway = await startGateway(readConfig({ PORT: '0', LOG_LEVEL: 'silent' }).value);
  profile = await mkdtemp(join(tmpdir(), 'graphiql-'));
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    viewport: { width: 1280, height: 800 },
    chromiumSandbox: false,
    args: [
      // No other host can be found. (Playwright's own way, `route`, would turn the browser's cache off.)
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-quic',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  browser.setDefaultTimeout(30_000);
  browser.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:'].includes(url.protocol) && url.origin !== gateway.url) strayed.push(url.href);
  });
  browser.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  browser.on('weberror', (error) => complaints.push(String(error.error())));
  page = await browser.newPage();
});

after(async () => {
  await browser?.close();
  await gateway?.stop();
  if (profile) await rm(profile, { recursive: true });
});

test('the origin leads to the page, with a tab for each example', async (t) => {
  const began = Date.now();
  await page.goto(gateway.url);
  await page.getByRole('tab', { name: 'FailedTasks' }).waitFor();
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  t.diagnostic(`the page is there in ${Date.now() - began} ms`);
  assert.equal(page.url(), `${gateway.url}/graphql`);
  const folder = new URL('../../schema/operations/', import.meta.url);
  const examples = (await readdir(folder)).sort();
  const names = examples.map(async (name) =>
    /^(?:query|mutation|subscription) (\w+)/m.exec(await readFile(new URL(name, folder), 'utf8'))?.at(1),
  );
  assert.deepEqual(await page.getByRole('tab').allInnerTexts(), await Promise.all(names));
});

test('an example runs and shows data', async () => {
  await open('FailedTasks');
  await run();
  await answer('"totalCount"');
});

test('the first tab is the first query of README.md', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, query = ''] = /```graphql\n([^]*?)```/.exec(readme) ?? [];
  const [first] = (await readdir(new URL('../../schema/operations/', import.meta.url))).sort();
  const example = await readFile(new URL(`../../schema/operations/${first}`, import.meta.url), 'utf8');
  assert.equal(print(parse(example)), print(parse(query)));
});

test('the status, the time and the size of an answer are shown', async () => {
  assert.match(await page.getByRole('status').first().innerText(), /^HTTP 200 · \d+ ms · [\d.]+ k?B$/);
});

test('the operation is copied as a command that curl runs', async () => {
  await browser.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const command = await page.evaluate(() => globalThis.navigator.clipboard.readText());
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -s -m 20`]);
  assert.match(stdout, /^\{"data":\{"taskStatuses":/);
});

test('the schema is downloaded without what only federation routers use', async () => {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the schema' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'schema.graphql');
  const text = await readFile(await download.path(), 'utf8');
  assert.match(text, /type TaskStatus /);
  assert.doesNotMatch(text, /_service|_entities|_Any/);
});

test('the docs explorer shows the description of a field', async () => {
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  const docs = page.locator('.graphiql-doc-explorer');
  await docs.getByText('Query', { exact: true }).click();
  await docs.getByText('taskStatuses', { exact: true }).click();
  await docs.locator('.graphiql-doc-explorer-content').getByText('Lists tasks by filter and page').waitFor();
  if (process.env.SCREENSHOT) await page.screenshot({ path: process.env.SCREENSHOT });
});

test('the headers editor sends Authorization with the operation', async () => {
  await type('Headers', '{"Authorization": "Bearer typed-here"}');
  received.length = 0;
  await run();
  await until(() => received.some(({ what }) => what === 'POST /graphql'));
  assert.equal(received.at(-1).authorization, 'Bearer typed-here');
  // The sandbox was given it too, and knows no such token.
  await answer('"UNAUTHENTICATED"');
});

test('a subscription shows its events as they come, until it is stopped', async () => {
  await open('TaskProgress');
  await run();
  await status(/^HTTP 200 · 1 event · \d+ ms · [\d.]+ k?B$/);
  await answer('"percentComplete"');
  await status(/^HTTP 200 · 2 events · /);
  await answer('"percentComplete"');
  assert.equal(openStreams.size, 1);
  await page.getByRole('button', { name: /^Stop query/ }).click();
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  await until(() => openStreams.size === 0);
  // The last event is still shown.
  await answer('"percentComplete"');
});

test('a subscription is copied as a command that curl runs', async () => {
  await page.getByRole('button', { name: 'Copy as curl' }).click();
  const command = await page.evaluate(() => globalThis.navigator.clipboard.readText());
  const curl = execFile('sh', ['-c', `exec ${command} -sS -m 20`]);
  let out = '';
  curl.stdout.on('data', (text) => (out += text));
  await until(() => out.includes('event: next\ndata: {"data":{"taskStatusChanged":'));
  curl.kill();
});

test('a subscription whose tasks have all ended completes by itself', async () => {
  const query = '{ taskStatuses(filter: { completionStatus: { eq: SUCCESS } }, first: 1) { nodes { id } } }';
  const found = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const [{ id }] = (await found.json()).data.taskStatuses.nodes;
  await type('Variables', `{"ids": ["${id}"]}`);
  await run();
  await status(/^HTTP 200 · 1 event · /);
  await answer('"SUCCEEDED"');
  await page.getByRole('button', { name: /^Execute query/ }).waitFor();
  assert.equal(openStreams.size, 0);
});

test('a subscription shows why it is refused or ends, and sends the headers of the editor', async () => {
  await type('Variables', '{"ids": ["."]}');
  await run();
  await status(/^HTTP 400 · \d+ ms · /);
  await answer('"BAD_USER_INPUT"');
  await type('Headers', '{"Authorization": "Bearer unknown"}');
  await type('Variables', '');
  await run();
  await status(/^HTTP 200 · 1 event · /);
  await answer('"UNAUTHENTICATED"');
  assert.equal(received.at(-1).authorization, 'Bearer unknown');
  await type('Headers', '');
  // The browser itself says so.
  assert.deepEqual(
    complaints.splice(0).map((text) => /status of (\d+)/.exec(text)?.at(1)),
    ['400'],
  );
});

test('the editor completes and checks by the schema, in a worker', async () => {
  await page.getByRole('button', { name: 'New tab' }).click();
  await page.locator('.graphiql-query-editor .monaco-editor').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type('{ pendingT');
  await page.locator('.suggest-widget').getByText('pendingTasks').first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.type('ypo');
  await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
});

test('variables are formatted by the button for it', async () => {
  await type('Variables', '{"a":1}');
  await page.getByRole('button', { name: /Prettify/ }).click();
  await shows('.graphiql-editor-tool .monaco-editor:visible .view-lines', '"a": 1');
});

test('the history holds what was run', async () => {
  await page.getByRole('button', { name: 'Show History' }).click();
  await page.locator('.graphiql-history').getByText('FailedTasks').first().waitFor();
});

test('a second visit loads nothing but the page', async (t) => {
  await page.close();
  received.length = 0;
  page = await browser.newPage();
  const began = Date.now();
  await page.goto(`${gateway.url}/graphql`);
  await open('FailedTasks');
  t.diagnostic(`and on a second visit in ${Date.now() - began} ms`);
  await run();
  await answer('"totalCount"');
  const loaded = received.map(({ what }) => what).filter((what) => what !== 'POST /graphql');
  assert.deepEqual(loaded, ['GET /graphql']);
});

test('at 400 px the answer is below the editor, which the documentation covers and gives back', async () => {
  await page.setViewportSize({ width: 400, height: 800 });
  const editor = page.locator('.graphiql-query-editor');
  const above = await editor.boundingBox();
  const below = await page.locator('.graphiql-response').boundingBox();
  assert.ok(above.width > 250 && below.width > 250, `${above.width}, ${below.width}`);
  assert.ok(below.y >= above.y + above.height);
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.locator('.graphiql-doc-explorer').waitFor();
  await page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
  await run();
  await answer('"totalCount"');
  assert.equal((await editor.boundingBox()).width, above.width);
});

test('no other host was asked, and nothing was complained of: neither errors nor the policy', () => {
  assert.deepEqual(strayed, []);
  assert.deepEqual(complaints, []);
});

/**
 * Opens the tab of an example, and waits for the editor to have changed to it. GraphiQL reads the operation's name off
 * the editor some time later, and shows nowhere that it has.
 */
async function open(name) {
  await page.getByRole('tab', { name }).click();
  await shows('.graphiql-query-editor .view-lines', name);
  await sleep(1_000);
}

async function run() {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

/** Writes into the variables or headers editor. Not key by key, since it closes braces and quotes by itself. */
async function type(editor, text) {
  await page.getByRole('button', { name: editor, exact: true }).click();
  await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.press('Delete');
  await page.keyboard.insertText(text);
}

function status(pattern) {
  return until(async () => pattern.test(await page.getByRole('status').first().innerText()));
}

function answer(text) {
  return shows('.graphiql-response .view-lines', text);
}

/** Waits for a text in an editor, which writes spaces as no-break spaces. */
async function shows(selector, text) {
  await until(async () =>
    (await page.locator(selector).innerText()).replaceAll('\u00a0', ' ').includes(text),
  );
}

async function until(holds) {
  const deadline = Date.now() + 30_000;
  while (!(await holds())) {
    assert.ok(Date.now() < deadline, `in vain: ${holds}`);
    await sleep(50);
  }
}
