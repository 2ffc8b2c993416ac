import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that answers as it is told to. */
export interface ScriptedUpstream {
  readonly url: string;
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  readonly requests: IncomingMessage[];
  stop(): Promise<void>;
}

/** Starts one on a free port of the loopback interface; it answers 200 and `[]` until told otherwise. */
export async function startScriptedUpstream(): Promise<ScriptedUpstream> {
  const server = createServer((request, response) => {
    upstream.requests.push(request);
    upstream.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const upstream: ScriptedUpstream = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (_request, response) => response.end('[]'),
    requests: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return upstream;
}
