import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorCode } from './files/error-code';
import { writePrivateFile } from './files/private-file';

export interface Secrets {
  /** Base64 of 32 bytes. */
  encryptionKey: string;
  /** Hexadecimal, so that they need no quoting in SQL or in a URL. */
  passwords: { superuser: string; owner: string; serving: string };
}

/** null: this data directory has never had secrets. */
export async function findSecrets(file: string): Promise<Secrets | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const secrets = parse(text);
  if (secrets) return secrets;
  throw new Error(
    `${file} is not what was written there (encryptionKey: base64 of 32 bytes; passwords: superuser, owner, serving; ` +
      'each hexadecimal). Bring the file back: what was encrypted with its key cannot be read without it',
  );
}

export async function createSecrets(file: string): Promise<Secrets> {
  const password = () => randomBytes(24).toString('hex');
  const secrets: Secrets = {
    encryptionKey: randomBytes(32).toString('base64'),
    passwords: { superuser: password(), owner: password(), serving: password() },
  };
  await writePrivateFile(file, `${JSON.stringify(secrets, null, 2)}\n`);
  return secrets;
}

function parse(text: string): Secrets | null {
  try {
    const { encryptionKey, passwords } = JSON.parse(text) as Secrets;
    const { superuser, owner, serving } = passwords;
    const isWhole =
      Buffer.from(encryptionKey, 'base64').length === 32 &&
      [superuser, owner, serving].every((password) => /^[0-9a-f]{48}$/.test(password));
    return isWhole ? { encryptionKey, passwords: { superuser, owner, serving } } : null;
  } catch {
    return null;
  }
}
