import type { ApolloServerPlugin } from '@apollo/server';
import { visit, type DocumentNode } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

/** Of a longer text errors tell no places. Nobody writes such a one by hand. */
const MAX_CHARACTERS = 50_000;
const MAX_LINES = 1_000;

/**
 * Takes the places out of a long text's nodes. For each place that an error tells, graphql-js counts lines from the
 * beginning of the text: 40 ms for 300,000 lines, and an operation may have hundreds of errors.
 */
export function longTextsPlugin(): ApolloServerPlugin {
  return fastPathSafe({
    requestDidStart: () =>
      Promise.resolve({
        validationDidStart({ document }) {
          if (isLong(document))
            visit(document, { enter: (node) => void Reflect.deleteProperty(node, 'loc') });
          return Promise.resolve();
        },
      }),
  });
}

function isLong({ loc }: DocumentNode): boolean {
  return loc !== undefined && (loc.end > MAX_CHARACTERS || loc.endToken.line > MAX_LINES);
}
