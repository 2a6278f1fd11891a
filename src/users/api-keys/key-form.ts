// The form of an API key: hl_ + 8 characters that identify it + 40 secret characters + 6 characters of checksum.

import { checksum, randomText } from '../../values/random';

const FORM = /^hl_([0-9A-Za-z]{8})([0-9A-Za-z]{40})([0-9A-Za-z]{6})$/;

/** A new token with 238 secret random bits. Only its hash is stored. */
export function makeToken(): string {
  const body = randomText(48);
  return `hl_${body}${checksum(body)}`;
}

/** Whether a token has the form of a generated one. An operator may choose another form (ADMIN_API_KEY). */
export function hasGeneratedForm(token: string): boolean {
  return FORM.test(token);
}

/** The public part of a generated token, which identifies its row; null when it was mistyped or has another form. */
export function keyIdOf(token: string): string | null {
  const [, id = '', secret = '', check] = FORM.exec(token) ?? [];
  return check !== undefined && checksum(id + secret) === check ? id : null;
}

/**
 * The public name of a key that an operator chose. It is random: from a hash of the key, the key could be guessed
 * offline.
 */
export function newChosenKeyId(): string {
  return `env:${randomText(16)}`;
}
