import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { AppError, quoted } from '../../errors/errors';
import { evidenceKeys, newestHead } from '../../evidence/head.store';
import { SOURCE_FOLDER } from '../../source-folder';
import { currentMs } from '../../time/clock';
import { toNodeId, uuidOf } from '../../values/ids';
import { keyIdOf, writePublicKey } from '../../webhooks/signing/signing-secret';
import { publishedKeys, type SigningKeyRow } from '../../webhooks/signing/webhook-secret.store';
import { tooMany } from '../edge/http-errors';
import { readViewer } from '../edge/read-viewer';
import type { Gate } from '../graphql/graphql-gate';

const MAX_KEYS = 1_000;
const KEYS_KEPT_MS = 2_000;
const MAX_WAITING = 100;

/**
 * A signature made just before a key expired is checked later: after its way, and within the five minutes of receivers.
 */
const STILL_CHECKED_MS = 10 * 60_000;

/**
 * `GET /.well-known/webhook-keys`: the public keys of V1A, a JWK Set (RFC 7517, RFC 8037), newest first, until ten
 * minutes after they expired. `?webhook=whk_...` returns those of one webhook, read from the database each time, so
 * that a key is listed before it signs; an unknown webhook has none. The list of all keys may be 2 s old. Any other
 * parameter is 400: a caller who mistypes `webhook` would trust the keys of all webhooks.
 */
export function serveWebhookKeys(
  server: FastifyInstance,
  source: DataSource,
  onRequest: onRequestAsyncHookHandler,
): void {
  const read = (id: string | null) =>
    publishedKeys(source.manager, id, new Date(currentMs() - STILL_CHECKED_MS), MAX_KEYS + 1);
  const ofAll = cached(KEYS_KEPT_MS, () => read(null));
  const ofOne = oneAtATime(MAX_WAITING, read, () => tooMany('The keys of too many webhooks are requested at once.', 1));
  const url = '/.well-known/webhook-keys';
  server.get<{ Querystring: Record<string, unknown> }>(url, { onRequest }, async (request, reply) => {
    const { webhook, ...others } = request.query;
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) {
      throw new AppError(
        'BAD_USER_INPUT',
        `There is no parameter ${quoted(unknown)}: write ?webhook=whk_..., or none.`,
      );
    }
    const id = typeof webhook === 'string' ? uuidOf('Webhook', webhook) : null;
    const isUnknown = webhook !== undefined && id === null;
    const found = isUnknown ? [] : await (id === null ? ofAll() : ofOne(id));
    return reply
      .type('application/jwk-set+json')
      .header('cache-control', 'public, max-age=60')
      .send(JSON.stringify({ keys: found.slice(0, MAX_KEYS).map(toJwk), truncated: found.length > MAX_KEYS }));
  });
}

function toJwk({ id, webhookId, publicKey, createdAt, expiresAt }: SigningKeyRow) {
  const bytes = publicKey as Buffer;
  return {
    kty: 'OKP',
    crv: 'Ed25519',
    x: bytes.toString('base64url'),
    kid: keyIdOf(id),
    use: 'sig',
    alg: 'EdDSA',
    whpk: writePublicKey(bytes),
    webhook: toNodeId('Webhook', webhookId),
    createdAt,
    expiresAt,
  };
}

// What an auditor needs beside a bundle, without an API key: the verifier, the verifier keys, and the newest signed head.

/** `npm run build` copies it beside the program. */
const VERIFIER = readFileSync(join(SOURCE_FOLDER, 'evidence/verify-evidence.mjs'));
const VERIFIER_SHA256 = createHash('sha256').update(VERIFIER).digest('hex');
const EVIDENCE_KEPT_MS = 1_000;

/**
 * `GET /evidence/verify.mjs` with its SHA-256 in the header `x-sha256`, `/evidence/vkey`: a key per line, newest first, and
 * `/evidence/checkpoint`.
 */
export function serveEvidenceFiles(
  server: FastifyInstance,
  source: DataSource,
  onRequest: onRequestAsyncHookHandler,
): void {
  const keys = cached(EVIDENCE_KEPT_MS, () => evidenceKeys(source.manager));
  const head = cached(EVIDENCE_KEPT_MS, () => newestHead(source.manager));
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

/** `GET /schema.graphql`, for callers who may read the schema. @param makeSdl called at the first request */
export function serveSchema(server: FastifyInstance, source: DataSource, gate: Gate, makeSdl: () => string): void {
  let sdl: string | undefined;
  const onRequest = async (request: FastifyRequest) => {
    await readViewer(request, source.manager);
    gate.refuseIntrospection(request.viewer, 403);
  };
  server.get('/schema.graphql', { onRequest }, async (_request, reply) => {
    sdl ??= makeSdl();
    return reply.type('text/plain; charset=utf-8').header('cache-control', 'private, max-age=60').send(sdl);
  });
}

/**
 * Calls `ask` once for all concurrent callers, and not again until `ms` after its answer. A failure is not kept.
 */
export function cached<T>(ms: number, ask: () => Promise<T>, now = () => performance.now()): () => Promise<T> {
  let asked: Promise<T> | null = null;
  let keptUntil = Number.POSITIVE_INFINITY;
  return () => {
    if (asked !== null && now() < keptUntil) return asked;
    keptUntil = Number.POSITIVE_INFINITY;
    const answer = ask();
    asked = answer;
    answer.then(
      () => {
        keptUntil = now() + ms;
      },
      () => {
        asked = null;
      },
    );
    return answer;
  };
}

/** Runs one question at a time. A question that is still waiting is shared: its answer is never older than the call. */
export function oneAtATime<T>(maxWaiting: number, ask: (key: string) => Promise<T>, full: () => Error) {
  const waiting = new Map<string, Promise<T>>();
  let last: Promise<unknown> = Promise.resolve();
  return (key: string): Promise<T> => {
    const known = waiting.get(key);
    if (known) return known;
    if (waiting.size >= maxWaiting) return Promise.reject(full());
    const answer = last.then(() => {
      waiting.delete(key);
      return ask(key);
    });
    waiting.set(key, answer);
    last = answer.catch(() => undefined);
    return answer;
  };
}
