import type { IntrospectionQuery } from 'graphql';
import { useSyncExternalStore, type ReactNode } from 'react';

/** Outcome of the last operation. */
interface Answer {
  readonly status: number;
  readonly ms: number;
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
  last = {
    status: response.status,
    ms: Math.round(performance.now() - began),
    bytes: new TextEncoder().encode(text).length,
  };
  for (const listener of listeners) listener();
  return new Response(text, response);
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
      {answer && `HTTP ${answer.status} · ${answer.ms} ms · ${sizeOf(answer.bytes)}`}
    </div>
  );
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
