import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { takesCoding } from '../edge/accept-header';
import { Refusal } from '../edge/refusal';
import type { Asset, DashboardFiles } from './dashboard-files';
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
    .header('referrer-policy', 'no-referrer')
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
