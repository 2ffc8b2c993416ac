import { createGraphiQLFetcher, type Fetcher, type FetcherParams } from '@graphiql/toolkit';
import { getOperationAST, OperationTypeNode, parse, type ExecutionResult } from 'graphql';
import { send, show } from './answer.js';

/** What a subscription sends besides what the headers editor has. */
export const streamHeaders = { 'content-type': 'application/json', accept: 'text/event-stream' };

const fetchAnswer = createGraphiQLFetcher({
  url: location.pathname,
  enableIncrementalDelivery: false,
  fetch: send,
});

/** Sends the operations of GraphiQL. Subscriptions are streamed. */
export const fetcher: Fetcher = (params, options) =>
  isSubscription(params.query, params.operationName)
    ? subscribe(params, options?.headers)
    : fetchAnswer(params, options);

/** Whether the operation of this name, or the only one, is a subscription. */
export function isSubscription(text: string, name?: string | null): boolean {
  try {
    return getOperationAST(parse(text), name)?.operation === OperationTypeNode.SUBSCRIPTION;
  } catch {
    return false;
  }
}

/** Returns the answers as they come. GraphiQL calls `return` to stop. */
function subscribe(params: FetcherParams, headers?: Record<string, string>): AsyncIterable<ExecutionResult> {
  const controller = new AbortController();
  const answers = stream(params, headers, controller.signal);
  const iterator = {
    next: () => answers.next(),
    // That of a generator would wait for the next answer.
    return() {
      controller.abort();
      return answers.return(undefined);
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

async function* stream(
  params: FetcherParams,
  headers: Record<string, string> | undefined,
  signal: AbortSignal,
): AsyncGenerator<ExecutionResult, undefined> {
  const began = performance.now();
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { ...streamHeaders, ...headers },
      body: JSON.stringify(params),
      signal,
    });
    const showAnswer = (text: string, events?: number): void => {
      show({ status: response.status, began, text, events });
    };
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      // It was refused.
      const text = await response.text();
      showAnswer(text);
      yield JSON.parse(text) as ExecutionResult;
      return;
    }
    let events = 0;
    for await (const { event, data } of eventsOf(response)) {
      if (event === 'complete') return;
      showAnswer(data, ++events);
      yield JSON.parse(data) as ExecutionResult;
    }
    throw new Error('The connection was lost before the subscription ended.');
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Reads the server-sent events of the gateway, which have one line of data each. */
async function* eventsOf({ body }: Response): AsyncGenerator<{ event: string; data: string }, undefined> {
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let chunk = await reader?.read(); chunk?.done === false; chunk = await reader?.read()) {
    const frames = `${text}${chunk.value}`.split('\n\n');
    text = frames.pop() ?? '';
    for (const frame of frames) {
      const [, event, data] = /^event: (\w+)\ndata: ?([^\n]*)$/.exec(frame) ?? [];
      if (event !== undefined && data !== undefined) yield { event, data };
    }
  }
}
