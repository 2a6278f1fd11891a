// What the tests of the architecture read of files.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, normalize, relative } from 'node:path';

const IMPORT = /^(?:import|export)\s+(?:type\s+)?(?:[\w$*{},\s]+\s+from\s+)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/gm;

export interface SourceFile {
  /** Below the root of the tree. */
  path: string;
  folder: string;
  kind: string;
  text: string;
  /** `text` without comments. */
  code: string;
  /** As written, type-only and dynamic ones too. */
  imports: string[];
}

export interface SourceTree {
  files: SourceFile[];
  /** The file of the tree that an import in `file` names. */
  targetOf(file: SourceFile, name: string): SourceFile | undefined;
  /** Files of the tree alone. */
  importedBy(file: SourceFile): SourceFile[];
  /** The shortest way from this file back to itself. */
  ringFrom(file: SourceFile): SourceFile[] | null;
}

export function readSourceTree(root: string): SourceTree {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => parseFile(relative(root, path), readFileSync(path, 'utf8')))
    .sort((one, other) => one.path.localeCompare(other.path));
  const byPath = new Map(files.map((file) => [file.path, file]));
  const targetOf = (file: SourceFile, name: string) =>
    byPath.get(`${normalize(join(dirname(file.path), name)).replace(/\.js$/, '')}.ts`);
  const importedBy = (file: SourceFile) =>
    file.imports.map((name) => targetOf(file, name)).filter((target) => target !== undefined);
  return { files, targetOf, importedBy, ringFrom: (file) => ringFrom(file, importedBy) };
}

export function parseFile(path: string, text: string): SourceFile {
  const folder = /^(features|main)\.ts$/.exec(path)?.[1] ?? dirname(path).replace(/^\.$/, 'root');
  // inputs are types of the API too
  const kind = /\.([\w-]+)\.ts$/.exec(basename(path))?.[1]?.replace('inputs', 'type') ?? 'plain';
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
  const imports = [...text.matchAll(IMPORT)].map(([, static_, dynamic]) => static_ ?? dynamic ?? '');
  return { path, folder, kind, text, code, imports };
}

function ringFrom(start: SourceFile, importedBy: SourceTree['importedBy']): SourceFile[] | null {
  const cameFrom = new Map<SourceFile, SourceFile>();
  const queue = [start];
  for (const file of queue) {
    for (const target of importedBy(file)) {
      if (target === start) return wayTo(file, cameFrom);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, file);
      queue.push(target);
    }
  }
  return null;
}

function wayTo(file: SourceFile, cameFrom: ReadonlyMap<SourceFile, SourceFile>): SourceFile[] {
  const before = cameFrom.get(file);
  return before ? [...wayTo(before, cameFrom), file] : [file];
}
