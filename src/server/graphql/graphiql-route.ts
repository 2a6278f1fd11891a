import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import { takesCoding } from '../edge/read-body';

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
      .headers(server.pageHeaders)
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

/** Runs as it is: its variable has a default. */
export const FIRST_QUERY = `# Your API key goes under "Headers" below: { "authorization": "Bearer hl_..." }
# and the document's name under "Variables": { "name": "INV-0042" }, or here:
# The schema needs the key too: "Re-fetch GraphQL schema" at the lower left loads it, for the manual and completion.
#
# What happened to one document?
query Document($name: String! = "INV-0042") {
  webhookRequestLogs(where: { referenceDocument: { eq: $name } }) {
    nodes {
      startedAt
      attemptNumber
      status
      responseStatus
      error
      url
      webhook { name owner { name } }
      user { name }
    }
  }
}
`;

/**
 * A request with a key leaves out the cookie of the session: the server refuses both together. With a key, the page shows what
 * the key may read, also to a person who is signed in.
 */
const ONE_CREDENTIAL = `
const send = globalThis.fetch;
globalThis.fetch = (url, options) =>
  send(url, new Headers(options?.headers).has('authorization') ? { ...options, credentials: 'omit' } : options);
`;

/** A page to try the API on: one file that fetches nothing from elsewhere. It is 9 MB. */
async function graphiqlPage(): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const page = renderGraphiQL({
    title: 'Hookledger',
    endpoint: '/graphql',
    defaultQuery: FIRST_QUERY,
    shouldPersistHeaders: false,
  });
  return page.replace('<script>', () => `<script>${ONE_CREDENTIAL}</script><script>`);
}
