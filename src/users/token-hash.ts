import { hash } from 'node:crypto';

/** All that is stored of a token. 238 random bits and more need no slow hash. */
export function hashToken(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
