// What an auditor needs beside a bundle, without an API key: the verifier, the verifier keys, and the newest signed head.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppError } from '../../errors';
import { evidenceKeys, newestHead } from '../../evidence/head.store';
import { SOURCE_FOLDER } from '../../source-folder';
import { cached } from './cached';

/** `npm run build` copies it beside the program. */
const VERIFIER = readFileSync(join(SOURCE_FOLDER, 'evidence/verify-evidence.mjs'));
const VERIFIER_SHA256 = createHash('sha256').update(VERIFIER).digest('hex');
const KEPT_MS = 1_000;

/**
 * `GET /evidence/verify.mjs` with its SHA-256 in the header `x-sha256`, `/evidence/vkey`: a key per line, newest first, and
 * `/evidence/checkpoint`.
 */
export function serveEvidenceFiles(
  server: FastifyInstance,
  source: DataSource,
  onRequest: onRequestAsyncHookHandler,
): void {
  const keys = cached(KEPT_MS, () => evidenceKeys(source.manager));
  const head = cached(KEPT_MS, () => newestHead(source.manager));
  server.get('/evidence/verify.mjs', { onRequest }, async (_request, reply) =>
    reply.type('text/javascript; charset=utf-8').header('x-sha256', VERIFIER_SHA256).send(VERIFIER),
  );
  server.get('/evidence/vkey', { onRequest }, async (_request, reply) => {
    const found = await keys();
    if (found.length === 0) throw notSealed();
    return reply.type('text/plain; charset=utf-8').send(found.map(({ vkey }) => `${vkey}\n`).join(''));
  });
  server.get('/evidence/checkpoint', { onRequest }, async (_request, reply) => {
    const found = await head();
    if (!found) throw notSealed();
    return reply.type('text/plain; charset=utf-8').send(found.checkpoint);
  });
}

function notSealed(): AppError {
  return new AppError('NOT_FOUND', 'Nothing was sealed yet. The first sealing makes the key of the log.');
}
