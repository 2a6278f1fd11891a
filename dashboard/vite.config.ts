// Builds the pages into dist/dashboard. `npm run dev:dashboard` serves them with reload, and passes the API on to a server on this machine.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import { defineConfig, type Plugin } from 'vite';
import * as generated from './src/api/generated/documents';

const API = process.env.HOOKLEDGER_URL ?? 'http://localhost:4000';
const API_PATHS = [
  '/graphql',
  '/auth',
  '/readyz',
  '/schema.graphql',
  '/exports/',
  '/evidence/',
  '/audit-entries',
  '/verify.mjs',
];
/** Files that compress: the others are fonts, which are compressed already. */
const TEXT = /\.(js|css|svg)$/;

/** Writes each text file a second and a third time, compressed, so that no process compresses when it starts. */
function compressed(): Plugin {
  return {
    name: 'hookledger-compressed',
    apply: 'build',
    // when all plugins have changed them
    writeBundle({ dir }, bundle) {
      for (const { fileName } of Object.values(bundle)) {
        if (!TEXT.test(fileName) || !fileName.startsWith('assets/')) continue;
        const file = join(dir as string, fileName);
        const bytes = readFileSync(file);
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** The texts of the documents that the pages send: the server trusts them, also where it answers no others. */
function documents(): Plugin {
  const texts = Object.entries(generated)
    // fragments are part of the documents that use them
    .filter(([name, each]) => each instanceof generated.TypedDocumentString && !name.endsWith('FragmentDoc'))
    .map(([, each]) => String(each));
  return {
    name: 'hookledger-documents',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'documents.json', source: JSON.stringify(texts) });
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  // React Aria brings its texts in thirty languages
  plugins: [{ ...optimizeLocales.vite({ locales: ['en-US', 'ar-AE'] }), enforce: 'pre' }, documents(), compressed()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // no data: URLs, which the content security policy would have to allow
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    target: 'es2022',
    rolldownOptions: {
      // packages mark what runs in a browser alone, which all of this does
      onwarn: (warning, warn) => (warning.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : warn(warning)),
    },
  },
  server: { proxy: Object.fromEntries(API_PATHS.map((path) => [path, { target: API, ws: path === '/graphql' }])) },
});
