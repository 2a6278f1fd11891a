import { randomBytes } from 'node:crypto';
import { createKeyring, type SealedSecret } from '../../src/keyring/keyring';

const PLACE = 'webhook_secrets|secret|1';
const keyring = createKeyring([randomBytes(32)]);

/** The same with another last byte. */
const changed = (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.from([(bytes.at(-1) as number) ^ 1])]);

test.each(['', 'a secret'])('what was sealed (%j) is opened in its place, also when it was wrapped again', (secret) => {
  const sealed = keyring.seal(Buffer.from(secret), PLACE);
  expect(keyring.open(sealed, PLACE).toString()).toBe(secret);
  expect(keyring.open(keyring.rewrap(sealed, PLACE), PLACE).toString()).toBe(secret);
});

test.each<[string, (sealed: SealedSecret) => SealedSecret, string?]>([
  ['in another place', (sealed) => sealed, 'webhook_secrets|secret|2'],
  ['with another box', (sealed) => ({ ...sealed, box: changed(sealed.box) })],
  ['with another wrapped key', (sealed) => ({ ...sealed, wrapped: changed(sealed.wrapped) })],
  ['with the box of another secret', (sealed) => ({ ...sealed, box: keyring.seal(Buffer.from('other'), PLACE).box })],
  ['of a key that is not known', (sealed) => ({ ...sealed, kek: '00000000' })],
])('a secret %s does not open', (_how, edit, place = PLACE) => {
  const sealed = edit(keyring.seal(Buffer.from('a secret'), PLACE));
  expect(() => keyring.open(sealed, place)).toThrow();
});

test('a part of the tag is not enough: it could be guessed', () => {
  const sealed = keyring.seal(Buffer.alloc(0), PLACE);
  for (const bytes of [4, 8, 12, 15]) {
    expect(() => keyring.open({ ...sealed, box: sealed.box.subarray(0, 12 + bytes) }, PLACE)).toThrow();
  }
});
