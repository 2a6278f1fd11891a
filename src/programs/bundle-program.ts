// Makes one file of the compiled program (see app/load-program.ts). The second part of `npm run build`.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode, encode, type SourceMapLine } from '@jridgewell/sourcemap-codec';
import { build } from 'esbuild';
import { SOURCE_FOLDER } from '../source-folder';

const FILE = join(SOURCE_FOLDER, 'hookledger.js');

const TRACING = ['api', 'exporter-trace-otlp-http', 'resources', 'sdk-trace-node'].map(
  (name) => `@opentelemetry/${name}`,
);

async function bundle(): Promise<void> {
  rmSync(join(SOURCE_FOLDER, 'compiled'), { recursive: true, force: true });
  await build({
    entryPoints: [join(SOURCE_FOLDER, 'app/run.js')],
    outfile: FILE,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    // V8 keeps the text as long as the process runs, a third of which was indentation and line ends
    minifyWhitespace: true,
    // whether a line has places of our sources is asked for each: see load-program.ts
    lineLimit: 200,
    sourcemap: 'external',
    sourcesContent: false,
    // it looks for the module of Node in a way that fails in a bundle, and then computes hashes in JavaScript
    alias: { '@apollo/utils.createhash': 'node:crypto' },
    // the first is not installed, the second is nine megabytes for one page, and the third is loaded only if a collector is set
    external: ['pg-native', '@graphql-yoga/render-graphiql', ...TRACING],
    // in packages alone: graphql-js otherwise looks for a second copy of itself whenever it compares types
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  makeAscii(FILE);
  leavePackagesOut(`${FILE}.map`);
}

/**
 * load-program.ts reads one character for each byte. esbuild leaves other characters in regular expressions as they are, which then
 * matched other texts: all signatures of the sealed log were said to be wrong.
 */
function makeAscii(file: string): void {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  writeFileSync(file, readFileSync(file, 'utf8').replace(/[\u0080-\uffff]/g, escaped));
}

/** Nine tenths of the map are about packages. The program reads it whole when it first shows an error. */
function leavePackagesOut(file: string): void {
  const { mappings, ...map }: { sources: string[]; mappings: string } = JSON.parse(readFileSync(file, 'utf8'));
  const isOurs = map.sources.map((source) => !source.includes('node_modules/'));
  let wasOurs = true;
  const ours = decode(mappings).map((line) =>
    line.flatMap((segment): SourceMapLine => {
      const ends = wasOurs;
      wasOurs = isOurs[segment[1] ?? -1] ?? false;
      if (wasOurs) return [segment];
      // without this one, what follows would count to the source before it
      return ends ? [[segment[0]]] : [];
    }),
  );
  writeFileSync(file, JSON.stringify({ ...map, mappings: encode(ours) }));
}

void bundle();
