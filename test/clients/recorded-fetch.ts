/** A request as a client sent it. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly body: any;
  readonly status: number;
}

/** Runs something, and gives the requests that it sent by the global `fetch`. */
export async function requestsOf(run: () => Promise<void>): Promise<Sent[]> {
  const original = globalThis.fetch;
  const sent: Sent[] = [];
  globalThis.fetch = async (input, init) => {
    const response = await original(input, init);
    const body = typeof init?.body === 'string' ? (JSON.parse(init.body) as unknown) : undefined;
    const url = input instanceof Request ? input.url : String(input);
    sent.push({ method: init?.method ?? 'GET', url, body, status: response.status });
    return response;
  };
  try {
    await run();
  } finally {
    globalThis.fetch = original;
  }
  return sent;
}
