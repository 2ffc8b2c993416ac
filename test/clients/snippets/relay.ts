import {
  Environment,
  Network,
  RecordSource,
  Store,
  type FetchFunction,
  type GraphQLResponse,
} from 'relay-runtime';

export function createRelayEnvironment(url: string, token: string): Environment {
  const fetchOperation: FetchFunction = async ({ id, text }, variables) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      // `id` where relay-compiler's `persistConfig` wrote the texts into a manifest.
      body: JSON.stringify(id ? { id, variables } : { query: text, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  };
  return new Environment({ network: Network.create(fetchOperation), store: new Store(new RecordSource()) });
}
