// Random texts with a checksum, which shows a mistyped text without a look-up; and salts.
import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** CRC-32 in six letters and digits. Secret scanners recognise a leaked text by it, and a mistyped text is refused. */
export function checksum(text: string): string {
  let rest = crc32(text);
  let out = '';
  for (let i = 0; i < 6; i++) {
    out = ALPHABET.charAt(rest % 62) + out;
    rest = Math.floor(rest / 62);
  }
  return out;
}

/** Letters and digits, 5.95 random bits each. */
export function randomText(length: number): string {
  let text = '';
  while (text.length < length) {
    // bytes above 247 would make the first characters more likely
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += ALPHABET.charAt(byte % 62);
  }
  return text;
}

const SALT_BYTES = 16;
const SALTS_AT_ONCE = 64;
let pool = Buffer.alloc(0);

/**
 * A salt for the digests of a row or a payload: 16 random bytes. The columns have a default, which costs PostgreSQL 1 µs a row; many
 * salts at once cost a tenth of it here.
 */
export function newSalt(): Buffer {
  if (pool.length === 0) pool = randomBytes(SALT_BYTES * SALTS_AT_ONCE);
  const salt = pool.subarray(0, SALT_BYTES);
  pool = pool.subarray(SALT_BYTES);
  return salt;
}
