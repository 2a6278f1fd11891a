// What an API key looks like: hl_ + 8 characters that find it + 40 that are secret + 6 that check the rest.
import { createHash } from 'node:crypto';
import { checksum, randomText } from '../checked-text';

const FORM = /^hl_([0-9A-Za-z]{8})([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** A new key: 238 random bits. Only its hash is kept, so this text is all there will ever be. */
export function makeToken(): string {
  const body = randomText(48);
  return `hl_${body}${checksum(body)}`;
}

/** Whether a token has the form of ours. Another one was chosen by an operator (ADMIN_API_KEY). */
export function isOurForm(token: string): boolean {
  return FORM.test(token);
}

/** The public part of a token of our form, which finds its row; null for one that was mistyped, or is of another form. */
export function keyIdOf(token: string): string | null {
  const [, id = '', secret = '', check] = FORM.exec(token) ?? [];
  return check !== undefined && checksum(id + secret) === check ? id : null;
}

/** The public name of a key that an operator chose. Nothing of the key is in it: a hash could be guessed by, far from us. */
export function newChosenKeyId(): string {
  return `env:${randomText(16)}`;
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
