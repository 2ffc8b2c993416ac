import {
  isObjectType,
  OperationTypeNode,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { compileOperation, type CompiledOperation, type CompilerSchema } from './compiled-operation.js';
import { reuseRootResults, type FastPathContext } from './root-results.js';

/** A request for an operation, by its text or by the SHA-256 of a registered text. */
export interface OperationRequest {
  readonly query: string | undefined;
  readonly sha256: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** An operation that took the full path: it was parsed and validated, and it passed every guard. */
interface AcceptedOperation {
  readonly source: string;
  readonly operationName: string | undefined;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** The fast path: executes queries whose exact text took the full path before. */
export interface CompiledOperationCache {
  /**
   * Caches a query for later requests with the same text and name. Ignores other operations, and texts that `admits`
   * refuses.
   */
  put(operation: AcceptedOperation): void;
  /** Returns the answer as JSON if it has no errors; undefined if the full path has to answer. Never rejects. */
  execute(request: OperationRequest, context: () => FastPathContext): Promise<string | undefined>;
}

/** What the cache needs from the guards and registries of the full path. */
export interface CacheOptions {
  /** Whether any client may execute this text. If not, it takes the full path each time. */
  readonly admits: (source: string) => boolean;
  /** Returns the text that is registered under a hash; undefined if there is none. */
  readonly textOf: (sha256: string) => Promise<string | undefined>;
}

/** Maximum texts to cache, and their characters in total. A text longer than a sixteenth of the total is not cached. */
const MAX_TEXTS = 2000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/** Object members that an operation may compile to: half as many as its text has characters, but at least this many. */
const MIN_MEMBERS = 500;

/** By operation name; undefined for no name. A text has at most one more than it has operations. */
type Entry = Map<string | undefined, CompiledOperation>;

/** Creates an empty cache for a schema that nothing has instrumented yet. */
export function createCompiledOperationCache(
  schema: GraphQLSchema,
  { admits, textOf }: CacheOptions,
): CompiledOperationCache {
  const compiler = compilerOf(schema);
  const entries = new LRUCache<string, Entry>({
    max: MAX_TEXTS,
    maxSize: MAX_CHARACTERS,
    maxEntrySize: MAX_CHARACTERS / 16,
    sizeCalculation: (_, text) => text.length,
  });

  return {
    put({ source, operationName, document, operation }) {
      if (operation.operation !== OperationTypeNode.QUERY || !compiler || !admits(source)) return;
      const entry: Entry = entries.get(source) ?? new Map<string | undefined, CompiledOperation>();
      if (entry.has(operationName)) return;
      const maxMembers = Math.max(MIN_MEMBERS, source.length / 2);
      entry.set(operationName, compileOperation(compiler, document, operation, maxMembers));
      entries.set(source, entry);
    },

    async execute({ query, sha256, operationName, variables }, context) {
      try {
        const text = query ?? (await textOf(sha256 ?? ''));
        const compiled = text === undefined ? undefined : entries.get(text)?.get(operationName);
        return await compiled?.execute(variables, context());
      } catch {
        return undefined; // The full path reports the error.
      }
    },
  };
}

/** Finds the plain fields before anything wraps resolvers around them, as Apollo Server does to trace. */
function compilerOf(schema: GraphQLSchema): CompilerSchema | undefined {
  const query = schema.getQueryType();
  if (!query) return undefined;
  const plain = new WeakSet<GraphQLField<unknown, unknown>>();
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type))
      for (const field of Object.values(type.getFields()))
        if (field.resolve === undefined && field.args.length === 0) plain.add(field);
  reuseRootResults(query);
  return { schema, query, isPlain: (field) => plain.has(field) };
}
