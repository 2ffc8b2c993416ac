import Negotiator from 'negotiator';

/** Media types of Apollo Server's answers to one operation, in its order of preference. */
const offered = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** Returns the media type that Apollo Server would choose; undefined if the client accepts none. */
export function mediaTypeFor(accept: string | undefined): string | undefined {
  return accept ? new Negotiator({ headers: { accept } }).mediaType(offered) : offered[0];
}
