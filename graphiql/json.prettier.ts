import { applyEdits, format } from 'jsonc-parser';
import type { Parser, Printer } from 'prettier';

interface Text {
  readonly text: string;
}

/**
 * Formats variables and headers for GraphiQL's Prettify button. Uses the parser that GraphiQL has already loaded,
 * instead of Prettier's whole JavaScript parser.
 */
export const parsers: Record<string, Parser<Text>> = {
  jsonc: {
    astFormat: 'text',
    parse: (text) => ({
      text: applyEdits(text, format(text, undefined, { insertSpaces: true, tabSize: 2 })),
    }),
    locStart: () => 0,
    locEnd: ({ text }) => text.length,
  },
};

/** Prints what `parsers` made. */
export const printers: Record<string, Printer<Text>> = {
  text: { print: ({ node }) => node.text },
};
