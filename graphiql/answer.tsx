import type { IntrospectionQuery } from 'graphql';
import { useSyncExternalStore, type ReactNode } from 'react';

/** Outcome of the last operation; of a stream, so far. */
interface Answer {
  readonly status: number;
  /** Number of events. Undefined if it was not answered by a stream. */
  readonly events: number | undefined;
  readonly ms: number;
  /** Size of the last event, or of the whole answer. */
  readonly bytes: number;
}

let last: Answer | undefined;
const listeners = new Set<() => void>();

/** Sends a request of GraphiQL. Keeps the status, time and size of its answer, except for introspection. */
export async function send(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const began = performance.now();
  const response = await fetch(input, init);
  const text = await response.text();
  if (typeof init?.body === 'string' && init.body.includes('"operationName":"IntrospectionQuery"'))
    return new Response(withoutFederation(text), response);
  show({ status: response.status, began, text });
  return new Response(text, response);
}

/** Shows an answer that came now, or the last event of a stream. `began` is when it was asked for. */
export function show(answer: {
  readonly status: number;
  readonly began: number;
  readonly text: string;
  readonly events?: number | undefined;
}): void {
  last = {
    status: answer.status,
    events: answer.events,
    ms: Math.round(performance.now() - answer.began),
    bytes: new TextEncoder().encode(answer.text).length,
  };
  for (const listener of listeners) listener();
}

/** Shows the status, time and size of the last answer. */
export function AnswerStatus(): ReactNode {
  const answer = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
  return (
    <div className="answer-status" role="status">
      {answer && wordsOf(answer)}
    </div>
  );
}

function wordsOf({ status, events, ms, bytes }: Answer): string {
  const count = events === undefined ? [] : [events === 1 ? '1 event' : `${events} events`];
  return [`HTTP ${status}`, ...count, `${ms} ms`, sizeOf(bytes)].join(' · ');
}

function sizeOf(bytes: number): string {
  return bytes < 1000 ? `${bytes} B` : `${(bytes / 1000).toFixed(1)} kB`;
}

/** Removes the fields and types that only federation routers use from an answer to introspection. */
function withoutFederation(text: string): string {
  const answer = JSON.parse(text) as { data?: IntrospectionQuery };
  if (!answer.data) return text;
  const { types, queryType } = answer.data.__schema;
  const kept = types
    .filter(({ name }) => !['_Service', '_Entity', '_Any'].includes(name))
    .map((type) =>
      type.kind === 'OBJECT' && type.name === queryType.name
        ? { ...type, fields: type.fields.filter(({ name }) => !name.startsWith('_')) }
        : type,
    );
  return JSON.stringify({ ...answer, data: { __schema: { ...answer.data.__schema, types: kept } } });
}
