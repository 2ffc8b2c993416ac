import {
  OperationTypeNode,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { compileOperation, type Answer, type CompiledOperation } from './compiled-operation.js';
import { parseTemplate, toTemplate, type Template } from './literals.js';

/** A request for an operation: its text, or the SHA-256 by which an earlier one had it. */
export interface OperationRequest {
  readonly query?: string | undefined;
  readonly sha256?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation that was accepted: parsed, validated, and let through by every guard. */
export interface AcceptedOperation {
  readonly source: string;
  readonly sha256: string;
  readonly operationName: string | undefined;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** Answers operations that were accepted before, without parsing, validating or judging them again. */
export interface KnownOperations {
  /** Undefined where the operation is not known, or this request of it is left to the whole way. */
  answer(request: OperationRequest, context: () => unknown): Promise<Answer | undefined> | undefined;
  learn(operation: AcceptedOperation): void;
}

interface Known {
  readonly source: string;
  readonly compiled: CompiledOperation;
  readonly literals: Readonly<Record<string, unknown>>;
}

/** Operations to remember, and characters of their texts together. A longer text than a sixteenth of them is not. */
const MAX_OPERATIONS = 2000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** What guards say of operations that differ from those they have judged. */
export interface Admission {
  /** Whether anyone may have this text answered; others are judged anew each time. */
  readonly admits: (source: string) => boolean;
  /** Whether any text of this template, which has variables for its literals, may be answered where one may. */
  readonly admitsAll: (template: DocumentNode) => boolean;
}

export function createKnownOperations(
  schema: GraphQLSchema,
  { admits, admitsAll }: Admission,
): KnownOperations {
  const known = new LRUCache<string, Known>({
    max: MAX_OPERATIONS,
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_CHARACTERS / 16,
    sizeCalculation: ({ source }, key) => source.length + key.length,
  });

  function find({ query, sha256, operationName }: Omit<OperationRequest, 'variables'>): Known | undefined {
    if (query === undefined) return known.get(keyOf('sha256', sha256 ?? '', operationName));
    const exact = known.get(keyOf('text', query, operationName));
    if (exact) return exact;
    const template = toTemplate(query);
    const compiled = template && known.get(keyOf('template', template.text, operationName))?.compiled;
    return compiled && { source: query, compiled, literals: template.values };
  }

  return {
    answer(request, context) {
      const operation = find(request);
      if (operation === undefined || !admits(operation.source)) return undefined;
      const { compiled, source, literals } = operation;
      return compiled.execute({ variables: request.variables, literals, source, context: context() });
    },

    learn({ source, sha256, operationName, document, operation }) {
      const hash = keyOf('sha256', sha256, operationName);
      if (operation.operation !== OperationTypeNode.QUERY) return;
      // A query that is known and left to graphql-js all the same comes by here each time.
      if (known.has(hash) && find({ query: source, operationName })) return;
      const { kind, text, values, parsed } = templateOf(source) ?? {
        kind: 'text' as const,
        text: source,
        values: {},
        parsed: document,
      };
      const key = keyOf(kind, text, operationName);
      const compiled = known.get(key)?.compiled ?? compileOperation(schema, parsed, operation.name?.value);
      if (compiled === undefined) return;
      known.set(key, { source, compiled, literals: {} });
      known.set(hash, { source, compiled, literals: values });
    },
  };

  function templateOf(
    source: string,
  ): (Template & { readonly kind: 'template'; readonly parsed: DocumentNode }) | undefined {
    const template = toTemplate(source);
    const parsed = template && parseTemplate(schema, template);
    return parsed && admitsAll(parsed) ? { ...template, kind: 'template', parsed } : undefined;
  }
}

/** No accepted text and no operation's name holds a NUL. The text alone is the key of the most usual kind. */
function keyOf(
  kind: 'text' | 'template' | 'sha256',
  text: string,
  operationName: string | undefined,
): string {
  if (kind === 'text' && operationName === undefined) return text;
  return `${kind}\0${operationName ?? ''}\0${text}`;
}
