import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { SOURCE_FOLDER } from '../../source-folder';
import { Refusal } from '../edge/http-errors';
import { takesCoding } from '../edge/read-body';
import { PAGE_PATHS } from './page-paths';

/** The text that the nonce of an answer replaces, in dashboard/index.html. */
const NONCE = '__NONCE__';

/** Partners' bytes are shown on these pages: scripts, fonts and connections are those of this server alone, and nothing is made HTML. */
function contentSecurityPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "font-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
}

/** The pages at their paths, and their files at `/assets/*`, from memory. @param files null: they were not built */
export function serveDashboard(
  server: FastifyInstance,
  files: DashboardFiles | null,
  onRequest: onRequestAsyncHookHandler,
): void {
  for (const path of PAGE_PATHS) {
    server.get(path, { onRequest }, async (_request, reply) => sendPage(built(files), reply));
  }
  server.get<{ Params: { '*': string } }>('/assets/*', { onRequest }, async (request, reply) => {
    const asset = built(files).assets.get(`/assets/${request.params['*']}`);
    if (!asset)
      throw new Refusal('NOT_FOUND', 'There is no such file: the pages may be those of another version.', 404);
    return sendAsset(asset, request, reply);
  });
}

function built(files: DashboardFiles | null): DashboardFiles {
  if (files) return files;
  throw new Refusal('NOT_FOUND', 'The pages of this server were not built: npm run build.', 404);
}

function sendPage({ index }: DashboardFiles, reply: FastifyReply): FastifyReply {
  const nonce = randomBytes(16).toString('base64url');
  return reply
    .header('cache-control', 'no-store')
    .header('content-security-policy', contentSecurityPolicy(nonce))
    .header('cross-origin-opener-policy', 'same-origin')
    .headers(reply.server.pageHeaders)
    .type('text/html; charset=utf-8')
    .send(index.replaceAll(NONCE, nonce));
}

function sendAsset({ type, bytes }: Asset, { headers }: FastifyRequest, reply: FastifyReply): FastifyReply {
  // the name of a file has a hash of its content
  reply.header('cache-control', 'public, max-age=31536000, immutable').type(type);
  const accepted = headers['accept-encoding'];
  const coding = (['br', 'gzip'] as const).find((name) => bytes[name] && takesCoding(accepted, name));
  if (bytes.gzip) reply.header('vary', 'accept-encoding');
  if (coding) reply.header('content-encoding', coding);
  return reply.send(bytes[coding ?? 'identity']);
}

// The built pages, read once when the process starts: an upgrade that replaces them on the disk changes nothing for this process.

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

interface Asset {
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
