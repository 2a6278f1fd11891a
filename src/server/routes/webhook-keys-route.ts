import type { FastifyInstance, onRequestAsyncHookHandler } from 'fastify';
import type { DataSource } from 'typeorm';
import { currentMs } from '../../clock';
import { AppError, quoted } from '../../errors';
import { toNodeId, uuidOf } from '../../ids';
import { keyIdOf, writePublicKey } from '../../webhooks/signing/signing-secret';
import { publishedKeys, type SigningKeyRow } from '../../webhooks/signing/webhook-secret.store';
import { tooMany } from '../edge/refusal';
import { cached, oneAtATime } from './cached';

const MAX_KEYS = 1_000;
const KEPT_MS = 2_000;
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
  const ofAll = cached(KEPT_MS, () => read(null));
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
