import type { Client } from 'graphql-sse';

interface Change {
  taskStatusChanged: {
    changed: { id: string; state: string; percentComplete: number | null }[];
    gone: string[];
    stale: boolean;
  };
}

const query = `subscription WaitForTasks($ids: [ID!]) {
  taskStatusChanged(ids: $ids) { changed { id state percentComplete } gone stale }
}`;

/** Resolves when all tasks have ended or are gone. */
export async function waitForTasks(
  client: Client,
  ids: string[],
  show: (change: Change['taskStatusChanged']) => void,
): Promise<void> {
  for await (const { data, errors } of client.iterate<Change>({ query, variables: { ids } })) {
    if (data) show(data.taskStatusChanged);
    const extensions = errors?.[0]?.extensions;
    if (extensions?.['code'] === 'OVERLOADED') {
      const seconds = Number(extensions['retryAfterSeconds']);
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      return waitForTasks(client, ids, show);
    }
    if (errors) throw new Error(errors[0]?.message);
  }
}
