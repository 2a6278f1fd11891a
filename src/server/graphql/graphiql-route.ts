import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { takesCoding } from '../edge/accept-header';
import { graphiqlPage } from './graphiql';

/**
 * Scripts and styles are inside the page, and the editor starts workers; it calls only this server and runs in no
 * frame.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Packed {
  gzipped: Buffer;
  tag: string;
}

/** Serves GraphiQL at `/graphiql`; compressed once, at the first visit. */
export function serveGraphiQL(server: FastifyInstance, onRequest: onRequestAsyncHookHandler): void {
  let packed: Promise<Packed> | null = null;
  server.get('/graphiql', { onRequest }, async (request, reply) => {
    packed ??= pack();
    const { gzipped, tag } = await packed;
    reply
      .header('cache-control', 'public, max-age=3600')
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('vary', 'accept-encoding')
      .header('etag', tag);
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    reply.type('text/html; charset=utf-8');
    if (takesCoding(request.headers['accept-encoding'], 'gzip'))
      return reply.header('content-encoding', 'gzip').send(gzipped);
    const unpacked = createGunzip();
    unpacked.end(gzipped);
    return reply.send(unpacked);
  });
}

async function pack(): Promise<Packed> {
  const gzipped = await promisify(gzip)(await graphiqlPage());
  return { gzipped, tag: `W/"${createHash('sha256').update(gzipped).digest('base64url').slice(0, 22)}"` };
}
