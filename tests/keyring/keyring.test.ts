import { randomBytes } from 'node:crypto';
import { createKeyring, type EncryptedSecret } from '../../src/keyring/keyring';

const PLACE = 'webhook_secrets|secret|1';
const keyring = createKeyring([randomBytes(32)]);

/** The same with another last byte. */
const changed = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])]);

test.each(['', 'a secret'])(
  'what was encrypted (%j) is decrypted in its place, also when it was wrapped again',
  (secret) => {
    const encrypted = keyring.encrypt(Buffer.from(secret), PLACE);
    expect(keyring.decrypt(encrypted, PLACE).toString()).toBe(secret);
    expect(keyring.decrypt(keyring.rewrap(encrypted, PLACE), PLACE).toString()).toBe(secret);
  },
);

test.each<[string, (encrypted: EncryptedSecret) => EncryptedSecret, string?]>([
  ['in another place', (encrypted) => encrypted, 'webhook_secrets|secret|2'],
  ['with another box', (encrypted) => ({ ...encrypted, box: changed(encrypted.box) })],
  ['with another wrapped key', (encrypted) => ({ ...encrypted, wrapped: changed(encrypted.wrapped) })],
  [
    'with the box of another secret',
    (encrypted) => ({ ...encrypted, box: keyring.encrypt(Buffer.from('other'), PLACE).box }),
  ],
  ['of a key that is not known', (encrypted) => ({ ...encrypted, kek: '00000000' })],
])('a secret %s is not decrypted', (_how, edit, place = PLACE) => {
  const encrypted = edit(keyring.encrypt(Buffer.from('a secret'), PLACE));
  expect(() => keyring.decrypt(encrypted, place)).toThrow();
});

test('a code is of its text, purpose and keys, and of all of its bytes', () => {
  const [older, newer] = [randomBytes(32), randomBytes(32)];
  const code = createKeyring([older]).sign('usr_1', 'unsubscribe');
  const both = createKeyring([newer, older]);
  expect(both.isSigned('usr_1', 'unsubscribe', code)).toBe(true);
  expect(both.isSigned('usr_2', 'unsubscribe', code)).toBe(false);
  expect(both.isSigned('usr_1', 'verify', code)).toBe(false);
  expect(both.isSigned('usr_1', 'unsubscribe', code.subarray(0, 31))).toBe(false);
  expect(both.isSigned('usr_1', 'unsubscribe', changed(code))).toBe(false);
  expect(createKeyring([newer]).isSigned('usr_1', 'unsubscribe', code)).toBe(false);
});

test('a part of the tag is not enough: it could be guessed', () => {
  const encrypted = keyring.encrypt(Buffer.alloc(0), PLACE);
  for (const bytes of [4, 8, 12, 15]) {
    expect(() => keyring.decrypt({ ...encrypted, box: encrypted.box.subarray(0, 12 + bytes) }, PLACE)).toThrow();
  }
});
