// The built pages, read once when the process starts: an upgrade that replaces them on the disk changes nothing for this process.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { SOURCE_FOLDER } from '../../source-folder';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface Asset {
  type: string;
  /** By content coding; `identity` is always there. */
  bytes: { identity: Buffer; gzip?: Buffer; br?: Buffer };
}

export interface DashboardFiles {
  /** The document of all pages, with `__NONCE__` where the nonce of an answer belongs. */
  index: string;
  /** By path, such as `/assets/main-B3x.js`. */
  assets: ReadonlyMap<string, Asset>;
  /** The texts of its GraphQL documents by SHA-256 in hexadecimal. */
  documents: ReadonlyMap<string, string>;
}

/** null: the pages were not built (`npm run build`), as in `npm run dev`. */
export function readDashboardFiles(): DashboardFiles | null {
  const folder = ['../dashboard', '../dist/dashboard']
    .map((path) => join(SOURCE_FOLDER, path))
    .find((path) => existsSync(join(path, 'documents.json')));
  if (folder === undefined) return null;
  const texts = JSON.parse(readFileSync(join(folder, 'documents.json'), 'utf8')) as string[];
  return {
    index: readFileSync(join(folder, 'index.html'), 'utf8'),
    assets: readAssets(join(folder, 'assets')),
    documents: new Map(texts.map((text) => [createHash('sha256').update(text).digest('hex'), text])),
  };
}

function readAssets(folder: string): Map<string, Asset> {
  const names = readdirSync(folder);
  const has = new Set(names);
  const assets = new Map<string, Asset>();
  for (const name of names) {
    const type = TYPES[extname(name)];
    // .br and .gz are read with the file that they are of
    if (type === undefined) continue;
    const bytes: Asset['bytes'] = { identity: readFileSync(join(folder, name)) };
    if (has.has(`${name}.gz`)) bytes.gzip = readFileSync(join(folder, `${name}.gz`));
    if (has.has(`${name}.br`)) bytes.br = readFileSync(join(folder, `${name}.br`));
    assets.set(`/assets/${name}`, { type, bytes });
  }
  return assets;
}
