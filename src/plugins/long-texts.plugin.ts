import type { ApolloServerPlugin } from '@apollo/server';
import { visit, type DocumentNode } from 'graphql';
import { fastPathSafe } from './fast-path-safe.js';

/** Maximum length of a text whose errors have locations. Nobody writes a longer one by hand. */
const MAX_CHARACTERS = 50_000;
const MAX_LINES = 1_000;

/**
 * Removes the locations from the nodes of a long text. For each location in an error, graphql-js counts lines from the
 * start of the text: 40 ms for 300,000 lines, and an operation can have hundreds of errors.
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
