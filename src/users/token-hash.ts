// How the tokens of keys and sessions are stored.

import { hash } from 'node:crypto';

/** The hash of a token, which is all that is stored. 238 random bits and more need no slow hash. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}

/** The same hash as text, in base64: a third of the time that a buffer takes. */
export function hashTokenText(token: string): string {
  return hash('sha256', token, 'base64');
}
