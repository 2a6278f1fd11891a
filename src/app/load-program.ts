// Loads the program from one file, with what V8 compiled of it at an earlier start: its two thousand modules one by one
// take three times the CPU.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { constants, Script } from 'node:vm';
import { crc32 } from 'node:zlib';

export interface Bundle {
  exports: unknown;
  /** Writes what is compiled by now for the next start, unless this start had it. @throws if the folder is read-only */
  keepCompiled(): void;
}

/** Beside the bundle. */
const COMPILED = 'compiled';

/**
 * @param use processes that run the same parts have this in common, and what is compiled for them
 * @returns null: there is no such file, as where the sources are run
 */
export function loadBundle(file: string, use: string): Bundle | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  // V8 compares versions and settings, but of the code only its length
  const name = [crc32(bytes), crc32(use), cachedDataVersionTag()].map((each) => each.toString(16)).join('-');
  const compiled = join(dirname(file), COMPILED, name);
  // the bundle is ASCII
  const code = `(function (exports, require, module, __filename, __dirname) {${bytes.toString('latin1')}\n})`;
  const script = new Script(code, {
    filename: file,
    cachedData: readCompiled(compiled),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  showSourcesInStacks(file);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return {
    exports: module.exports,
    keepCompiled() {
      if (script.cachedDataRejected === false) return;
      mkdirSync(dirname(compiled), { recursive: true });
      // another process may start at the same time
      const part = `${compiled}.${process.pid}`;
      writeFileSync(part, withChecksum(script.createCachedData()));
      renameSync(part, compiled);
    },
  };
}

const CHECKSUM_BYTES = 4;

/**
 * V8 runs what is kept without looking whether it is whole, and a loss of power may leave zeros in it.
 * @returns undefined: there is no such file, or it is damaged
 */
function readCompiled(path: string): Buffer | undefined {
  try {
    const kept = readFileSync(path);
    const data = kept.subarray(0, -CHECKSUM_BYTES);
    return data.length > 0 && kept.readUInt32LE(data.length) === crc32(data) ? data : undefined;
  } catch {
    return undefined;
  }
}

function withChecksum(data: Buffer): Buffer {
  const checksum = Buffer.alloc(CHECKSUM_BYTES);
  checksum.writeUInt32LE(crc32(data));
  return Buffer.concat([data, checksum]);
}

/**
 * Node maps the stacks of errors to the sources for modules that it loads, but not for a Script.
 *
 * The map is read for a line that it names: read whole it takes 50 MB and half a second of CPU. Node asks for the stack of each
 * error with which a socket is closed, for example when a connection was idle for too long, and its lines are those of a package.
 */
function showSourcesInStacks(file: string): void {
  let map: SourceMap | null | undefined;
  let namedLines: Uint8Array | undefined;
  const isNamed = (line: number) => {
    namedLines ??= linesNamedIn(readMapFile(file)?.mappings ?? '');
    return namedLines[line - 1] === 1;
  };
  Error.prepareStackTrace = (error, sites) => {
    const lines = sites.map((site) => {
      const [line, column] = [site.getLineNumber(), site.getColumnNumber()];
      if (site.getFileName() !== file || line === null || column === null) return `\n    at ${site}`;
      if (!isNamed(line)) return `\n    at ${site}`;
      if (map === undefined) map = readMap(file);
      const source = map?.findOrigin(line, column);
      if (source === undefined || !('fileName' in source)) return `\n    at ${site}`;
      const place = `${resolve(dirname(file), source.fileName)}:${source.lineNumber}:${source.columnNumber}`;
      return `\n    at ${site}`.replace(`${file}:${line}:${column}`, place);
    });
    return Error.prototype.toString.call(error) + lines.join('');
  };
}

/** @returns null: there is no map, or it is damaged. The stack then names the bundle; an error here would hide the one that it shows. */
function readMapFile(file: string): SourceMapPayload | null {
  try {
    return JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  } catch {
    return null;
  }
}

function readMap(file: string): SourceMap | null {
  const payload = readMapFile(file);
  return payload && new SourceMap(payload);
}

/** A place in a source has four numbers, each of a character or more. A line without one has at most one number, of few characters. */
const MIN_PLACE = 4;

/** @param mappings of a source map: lines end with a semicolon @returns for each line 1 if it may have a place in a source */
function linesNamedIn(mappings: string): Uint8Array {
  return Uint8Array.from(mappings.split(';'), ({ length }) => Number(length >= MIN_PLACE));
}
