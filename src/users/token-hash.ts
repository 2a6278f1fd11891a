import { hash } from 'node:crypto';

/** The hash of a token, which is all that is stored. 238 random bits and more need no slow hash. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
