// The token at the end of the address of an INCOMING webhook: in_ + 40 random characters + 6 characters of checksum.
import { hash } from 'node:crypto';
import { newId, timeOfId } from '../../ids';
import { checksum, randomText } from '../../random';
import type { Db } from '../../sql/db';
import { insertToken } from './incoming-token.store';

const FORM = /^in_([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** A new token with 238 random bits. Only its hash is stored. */
export function makeIncomingToken(): string {
  const body = randomText(40);
  return `in_${body}${checksum(body)}`;
}

/** The hash of a token; null: it was mistyped or has another form. */
export function hashIncomingToken(token: string): Buffer | null {
  const [, body = '', check] = FORM.exec(token) ?? [];
  return body !== '' && checksum(body) === check ? hash('sha256', token, 'buffer') : null;
}

/** Creates an address, which works at once. @returns its token, which is never shown again */
export async function createIncomingToken(db: Db, webhookId: string): Promise<string> {
  const token = makeIncomingToken();
  const id = newId();
  const hash = hashIncomingToken(token) as Buffer;
  await insertToken(db, { id, webhookId, hash, createdAt: timeOfId(id), expiresAt: null });
  return token;
}
