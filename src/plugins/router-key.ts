import { createHash, timingSafeEqual } from 'node:crypto';
import type { GraphQLRequest } from '@apollo/server';

/** Whether a request has the key of the federation router. Compares in constant time. */
export function hasRouterKey({ http }: GraphQLRequest, key: string | undefined): boolean {
  const given = http?.headers.get('x-router-key');
  if (given === undefined || key === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(key));
}
