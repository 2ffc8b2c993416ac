import type { ApolloServerPlugin, GraphQLRequest, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError } from 'graphql';
import type { Log } from '../telemetry/logger.js';
import { fastPathSafe } from './fast-path-safe.js';
import { hasRouterKey } from './router-key.js';
import { hashOf, type PersistedDocuments } from './persisted-documents.js';

/** The list to serve, and how strictly. */
export interface PersistedDocumentsOptions {
  readonly documents: PersistedDocuments;
  /** `enforce` refuses operations that are not in the list. `report` serves them and logs each once. */
  readonly mode: 'report' | 'enforce';
  /** Secret that identifies a federation router, whose operations no list can contain. */
  readonly routerKey: string | undefined;
  readonly log: Log;
}

/** Maximum number of operations to report, so that a malicious client can't fill the memory or the log. */
const MOST_REPORTS = 1000;

/** Maximum length of a name in the log or of an id in an error, in characters. Longer ones are cut. */
const MAX_NAME = 100;

/** Apollo Router's code and status for an id that its list doesn't have. */
const unknownId = (id: string): GraphQLError =>
  refusal(
    'PERSISTED_QUERY_NOT_IN_LIST',
    404,
    `No operation with the id ${id.slice(0, MAX_NAME)} is in the list.`,
  );

/** Apollo Router's code and status for a text that its list doesn't have. */
const unknownText = (): GraphQLError =>
  refusal(
    'QUERY_NOT_IN_SAFELIST',
    403,
    'This gateway takes only operations of its list, and this is none of them.',
  );

/**
 * Serves the operations of a list, by id or as text. Refuses or reports all others: a frontend's operations are known
 * when it is built, so others are not worth their cost.
 *
 * Apollo Server lets a plugin refuse an operation only after it is parsed and resolved. So a refused operation is
 * replaced by the smallest one, and is not itself parsed or validated.
 */
export function persistedDocumentsPlugin({
  documents,
  mode,
  routerKey,
  log,
}: PersistedDocumentsOptions): ApolloServerPlugin {
  const reported = new Set<string>();

  const report = ({ request, source, operationName }: GraphQLRequestContext<object>): void => {
    if (source === undefined || documents.has(source)) return;
    const hash = hashOf(source);
    const name = (operationName ?? request.operationName)?.slice(0, MAX_NAME);
    const key = `${name ?? ''} ${hash}`;
    if (reported.has(key) || reported.size === MOST_REPORTS) return;
    reported.add(key);
    log.warn({ operation: name, hash }, 'an operation that is not in the list of persisted operations');
  };

  /** Replaces the id by its text. Returns the error if the request is refused. */
  const admit = (request: GraphQLRequest, isRouter: boolean): GraphQLError | undefined => {
    const id = request.query ? undefined : idOf(request);
    const listed = id === undefined ? undefined : documents.byId(id);
    if (listed !== undefined) {
      request.query = listed;
      delete request.extensions?.['persistedQuery'];
    }
    if (isRouter || mode === 'report') return undefined;
    const { query } = request;
    if (!query) return id === undefined ? unknownText() : unknownId(id);
    return documents.serves(query) ? undefined : unknownText();
  };

  return fastPathSafe({
    requestDidStart({ request }) {
      const isRouter = hasRouterKey(request, routerKey);
      const refused = admit(request, isRouter);
      if (refused === undefined)
        return Promise.resolve(
          mode === 'report' && !isRouter
            ? {
                willSendResponse: (context) => {
                  report(context);
                  return Promise.resolve();
                },
              }
            : undefined,
        );
      request.query = '{__typename}';
      delete request.operationName;
      delete request.variables;
      delete request.extensions;
      return Promise.resolve({
        didResolveOperation: () => Promise.reject(refused),
      });
    },
  });
}

/**
 * Returns the id that a request has instead of a text: in Apollo's extension, as `documentId` (the specification's
 * appendix), or as `id` (Relay).
 */
function idOf({ extensions, http }: GraphQLRequest): string | undefined {
  const { sha256Hash } = (extensions?.['persistedQuery'] ?? {}) as { sha256Hash?: unknown };
  const search = new URLSearchParams(http?.search ?? '');
  const body = (http?.method === 'POST' ? (http.body ?? {}) : {}) as { documentId?: unknown; id?: unknown };
  const ids = [sha256Hash, body.documentId, body.id, search.get('documentId'), search.get('id')];
  return ids.find((id) => typeof id === 'string' && id !== '') as string | undefined;
}

function refusal(code: string, status: number, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, http: { status } } });
}
