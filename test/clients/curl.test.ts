import { spawn } from 'node:child_process';
import { testSubscriptionsOf } from './watched-task.js';

/** curl as docs/frontend.md shows it. Its output is read by the rules of EventSource. */
testSubscriptionsOf('curl -N', (url, token, variables, sink) => {
  const { ids = [] } = variables as { ids?: string[] };
  const curl = spawn('sh', ['test/clients/snippets/subscribe.sh'], {
    env: { PATH: process.env['PATH'], URL: url, TOKEN: token, ID: ids[0] ?? '.' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  curl.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const blocks = (text += chunk).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const { event, data } = eventOf(block);
      if (event === 'complete') sink.complete();
      else if (data !== undefined) take(data);
    }
  });
  curl.stdout.on('end', () => {
    // A refusal is JSON.
    if (text !== '') take(text);
  });

  function take(answer: string): void {
    const { data, errors = [] } = JSON.parse(answer) as {
      data?: unknown;
      errors?: { extensions: unknown }[];
    };
    if (data) sink.next(data);
    for (const { extensions } of errors) sink.error(extensions);
  }
  return () => {
    // The shell may have started curl as a process of its own, which ends when nobody reads it.
    curl.stdout.destroy();
    curl.kill();
  };
});

/** The fields of an event. Comments have none. */
function eventOf(block: string): Partial<Record<string, string>> {
  return Object.fromEntries(
    block
      .split('\n')
      .map((line) => /^(\w+): ?(.*)$/.exec(line) ?? [])
      .flatMap(([, name, value]) => (name === undefined ? [] : [[name, value]])),
  );
}
