import type { VerificationSecret } from '../claim';
import { decodeStrictly } from '../read-signature';
import type { Variant } from './variant';

/** Other keys that the partner may have derived from a secret. */
export function secretVariants(secret: VerificationSecret): Variant<VerificationSecret>[] {
  const keys =
    secret.kind === 'V1'
      ? keysOfBytes(secret.bytes)
      : secret.kind === 'TEXT'
        ? keysOfText(secret.bytes.toString())
        : [];
  return keys.map(({ change, value }) => ({ change, value: { ...secret, bytes: value } }));
}

function keysOfBytes(bytes: Buffer): Variant<Buffer>[] {
  const base64 = bytes.toString('base64');
  return [
    {
      change: 'with the whole text of the secret as the key, `whsec_` included; its base64 must be decoded first',
      value: Buffer.from(`whsec_${base64}`),
    },
    { change: 'with the base64 text of the secret as the key; it must be decoded first', value: Buffer.from(base64) },
    {
      change: 'with the hex text of the secret as the key; the key must be the bytes that it encodes',
      value: Buffer.from(bytes.toString('hex')),
    },
  ];
}

function keysOfText(text: string): Variant<Buffer>[] {
  const bare = text.replace(/^whsec_/, '');
  const base64 = decodeStrictly(bare, 'BASE64') ?? decodeStrictly(bare, 'BASE64URL');
  const hex = decodeStrictly(bare, 'HEX');
  return [
    ...(base64
      ? [{ change: 'with the secret decoded from base64 as the key; its text as it is is right', value: base64 }]
      : []),
    ...(hex ? [{ change: 'with the secret decoded from hex as the key; its text as it is is right', value: hex }] : []),
    ...(bare === text
      ? []
      : [{ change: 'with the secret without `whsec_` as the key; its whole text is right', value: Buffer.from(bare) }]),
    {
      change: 'with a line feed behind the secret; it was copied with the end of a line',
      value: Buffer.from(`${text}\n`),
    },
    { change: 'with a space behind the secret', value: Buffer.from(`${text} `) },
    { change: 'with quotes around the secret', value: Buffer.from(`"${text}"`) },
    { change: 'with an empty secret', value: Buffer.alloc(0) },
  ];
}
