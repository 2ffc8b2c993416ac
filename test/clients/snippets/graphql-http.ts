import { createClient, type Client } from 'graphql-http';

export function createHttpClient(url: string, token: string): Client {
  return createClient({ url, headers: { authorization: `Bearer ${token}` } });
}
