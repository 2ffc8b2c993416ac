import { createClient, type Client } from 'graphql-sse';

export function createSseClient(url: string, token: string): Client {
  return createClient({
    url,
    headers: { authorization: `Bearer ${token}` },
    // By default, it sends a subscription five times more, even if it was refused.
    retryAttempts: 0,
  });
}
