import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readOperationManifest } from '../../src/operation-manifest.js';

// Inside of the checkout, so that a frontend's packages are found as they would be in its own.
mkdirSync('node_modules/.cache', { recursive: true });
const folder = mkdtempSync('node_modules/.cache/codegen-');

function run(cli: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('node_modules', cli), ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${stdout}${stderr}`);
}

/** A frontend's program: the examples and a query of its own, all typed. */
const program = `
import { GraphQLClient } from 'graphql-request';
import { graphql } from './gql/index.js';
import { FailedTasksDocument, MarkTaskAsEndedDocument, PendingTasksDocument, TaskStatusByIdDocument } from './gql/graphql.js';

const Own = graphql(\`query Own { taskStatuses(limit: 1) { nodes { id created } } }\`);

export async function main(client: GraphQLClient): Promise<string[]> {
  const { taskStatus } = await client.request(TaskStatusByIdDocument, { id: '1' });
  const { taskStatuses } = await client.request(FailedTasksDocument, { first: 5 });
  const { pendingTasks } = await client.request(PendingTasksDocument, {});
  const { updateTaskStatus } = await client.request(MarkTaskAsEndedDocument, {});
  const own = await client.request(Own);
  const created: string | null | undefined = own.taskStatuses?.nodes[0]?.created;
  // @ts-expect-error: an id is a text
  await client.request(TaskStatusByIdDocument, { id: {} });
  return [taskStatus?.state, taskStatuses?.nodes[0]?.id, pendingTasks?.nodes[0]?.id, updateTaskStatus?.taskStatus?.id, created]
    .filter((text) => text != null);
}
`;

beforeAll(() => {
  mkdirSync(join(folder, 'src'));
  symlinkSync(resolve('schema'), join(folder, 'schema'));
  copyFileSync('test/clients/snippets/codegen.ts', join(folder, 'codegen.ts'));
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'src/program.ts'), program);
  run('@graphql-codegen/cli/cjs/bin.js', '--config', 'codegen.ts');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('graphql-codegen’s code for the schema and its examples', () => {
  test('compiles under strict TypeScript, and knows their types', () => {
    const options = ['--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--noEmit'];
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler', '--target', 'es2022'];
    run(
      'typescript/bin/tsc',
      ...options,
      ...modules,
      '--skipLibCheck',
      '--lib',
      'es2023,dom',
      'src/program.ts',
    );
  });

  test('comes with a manifest that the gateway reads', () => {
    const manifest = readOperationManifest(join(folder, 'src/gql/persisted-documents.json'));
    expect([...manifest.values()].join()).toContain('query Own');
    expect(readFileSync(join(folder, 'src/gql/graphql.ts'), 'utf8')).toContain('TaskStatusByIdDocument');
  });
});
