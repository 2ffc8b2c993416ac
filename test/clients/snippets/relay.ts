import { createClient, type NetworkError, type RequestParams } from 'graphql-sse';
import {
  Environment,
  Network,
  Observable,
  RecordSource,
  Store,
  type FetchFunction,
  type GraphQLResponse,
  type RequestParameters,
  type SubscribeFunction,
  type Variables,
} from 'relay-runtime';

export function createRelayEnvironment(url: string, token: string): Environment {
  const headers = { authorization: `Bearer ${token}` };
  // `id` where relay-compiler's `persistConfig` wrote the texts into a manifest.
  const bodyOf = ({ id, text }: RequestParameters, variables: Variables): object =>
    id ? { id, variables } : { query: text, variables };

  const fetchOperation: FetchFunction = async (request, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(bodyOf(request, variables)),
    });
    return (await response.json()) as GraphQLResponse;
  };

  const client = createClient({ url, headers, retryAttempts: 0 });
  const subscribe: SubscribeFunction = (request, variables) =>
    Observable.create<GraphQLResponse>((sink) =>
      client.subscribe(bodyOf(request, variables) as RequestParams, {
        next: (answer) => {
          sink.next(answer as GraphQLResponse);
        },
        error: (error) => {
          const fail = (reason: unknown): void => {
            sink.error(reason as Error);
          };
          // A refusal is answered by errors in JSON. `sink.error` cancels the request: read them before.
          const { response } = error as NetworkError<Response>;
          if (response)
            response.json().then((answer) => {
              sink.next(answer as GraphQLResponse);
            }, fail);
          else fail(error);
        },
        complete: () => {
          sink.complete();
        },
      }),
    );

  return new Environment({
    network: Network.create(fetchOperation, subscribe),
    store: new Store(new RecordSource()),
  });
}
