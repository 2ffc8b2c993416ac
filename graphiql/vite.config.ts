import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The maximum, 11, takes six times as long to save a tenth more. */
const BROTLI_QUALITY = 9;

const own = (file: string): string => join(import.meta.dirname, file);

/**
 * Bundles GraphiQL into dist/graphiql: the page, and files with hashed names in a folder that is named after their
 * route.
 */
export default defineConfig({
  root: import.meta.dirname,
  // Relative to the page, so that a proxy can add a path prefix.
  base: './',
  logLevel: 'warn',
  plugins: [precompress()],
  resolve: {
    alias: {
      'monaco-editor/esm/vs/editor/edcore.main.js': own('editor.core.ts'),
      'prettier/plugins/estree': own('json.prettier.ts'),
      'prettier/parser-babel': own('json.prettier.ts'),
    },
  },
  build: {
    outDir: '../dist/graphiql',
    assetsDir: 'graphiql',
    emptyOutDir: true,
    target: 'es2022',
    // The notices that the bundled packages' licenses require.
    license: { fileName: 'license.md' },
    chunkSizeWarningLimit: 2000,
    // "use client" is for servers that render React.
    rolldownOptions: { checks: { moduleLevelDirective: false, bundlerTimings: false } },
  },
});

/** Writes a `.br` and a `.gz` of each script, style, font and page, so that the gateway never compresses them. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    async writeBundle({ dir = '' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(?:js|css|ttf|html)$/.test(name));
      await Promise.all(
        names.map(async (name) => {
          const file = join(dir, name);
          const content = await readFile(file);
          await Promise.all([
            promisify(brotliCompress)(content, {
              params: { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY },
            }).then((data) => writeFile(`${file}.br`, data)),
            promisify(gzip)(content, { level: 9 }).then((data) => writeFile(`${file}.gz`, data)),
          ]);
        }),
      );
    },
  };
}
