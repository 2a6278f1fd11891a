// What an API key looks like: hl_ + 8 characters that find it + 40 that are secret + 6 that check the rest.
import { createHash } from 'node:crypto';
import { checksum, randomText } from '../checked-text';

const FORM = /^hl_([0-9A-Za-z]{8})([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** A new key: 238 random bits. Only its hash is kept, so this text is all there will ever be. */
export function makeToken(): string {
  const body = randomText(48);
  return `hl_${body}${checksum(body)}`;
}

/**
 * The part of a token that finds its row; null for a token that was mistyped and cannot be one of ours.
 * A token of another form is one that an operator chose (ADMIN_API_KEY): its fingerprint stands in.
 */
export function keyIdOf(token: string): string | null {
  const match = FORM.exec(token);
  if (!match) return `env:${hashToken(token).toString('hex').slice(0, 16)}`;
  const [, id = '', secret = '', check] = match;
  return checksum(id + secret) === check ? id : null;
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
