import Negotiator from 'negotiator';

/** What Apollo Server answers one operation in, by its order of preference. */
const offered = [
  'application/json; charset=utf-8',
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** The media type of an answer, chosen as Apollo Server chooses it; undefined where the client takes none of them. */
export function mediaTypeFor(accept: string | undefined): string | undefined {
  return accept ? new Negotiator({ headers: { accept } }).mediaType(offered) : offered[0];
}
