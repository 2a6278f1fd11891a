// What an address of an INCOMING webhook ends in: in_ + 40 characters that nobody guesses + 6 that check them.
import { createHash } from 'node:crypto';
import { checksum, randomText } from '../../checked-text';
import { newId, timeOfId } from '../../ids';
import type { Db } from '../../sql/db';
import { insertToken } from './incoming-token.store';

const FORM = /^in_([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** 238 random bits. Only its hash is kept, so this text is all there will ever be. */
export function makeIncomingToken(): string {
  const body = randomText(40);
  return `in_${body}${checksum(body)}`;
}

/** null: it was mistyped, or is not one of ours. */
export function hashIncomingToken(token: string): Buffer | null {
  const [, body = '', check] = FORM.exec(token) ?? [];
  return body !== '' && checksum(body) === check ? createHash('sha256').update(token).digest() : null;
}

/** An address that leads to this webhook from now on. @returns its token, which is never shown again */
export async function createIncomingToken(db: Db, webhookId: string): Promise<string> {
  const token = makeIncomingToken();
  const id = newId();
  const hash = hashIncomingToken(token) as Buffer;
  await insertToken(db, { id, webhookId, hash, createdAt: timeOfId(id), expiresAt: null });
  return token;
}
