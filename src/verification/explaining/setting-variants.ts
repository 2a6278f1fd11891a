import { headerValues, type IncomingCall } from '../call';
import type { VerificationSecret } from '../claim';
import { HMAC_ALGORITHMS, type Provider, SIGNATURE_ENCODINGS, type VerificationSettings } from '../provider';
import { decodeStrictly, usesOf } from '../read-signature';
import type { Variant } from './body-variants';

const TEMPLATES = [
  ...['{body}', '{timestamp}.{body}', '{timestamp}{body}', '{timestamp}:{body}', 'v0:{timestamp}:{body}'],
  ...[
    '{body}{timestamp}',
    '{body}.{timestamp}',
    '{id}.{timestamp}.{body}',
    '{timestamp}.{id}.{body}',
    '{id}{timestamp}{body}',
  ],
  ...['{id}.{body}', '{url}{body}', '{body}{url}', '{method}{url}{body}', '{method}\n{url}\n{body}'],
];

/** Variants of the settings, for providers that have settings. */
export function settingVariants(provider: Provider, settings: VerificationSettings): Variant<VerificationSettings>[] {
  if (!provider.settings?.optional.includes('algorithm')) return [];
  return [...algorithmVariants(settings), ...templateVariants(settings)];
}

function algorithmVariants(settings: VerificationSettings): Variant<VerificationSettings>[] {
  const agreed = `${settings.algorithm} in ${settings.encoding}`;
  const found = HMAC_ALGORITHMS.flatMap((algorithm) =>
    SIGNATURE_ENCODINGS.map((encoding) => ({ algorithm, encoding })),
  );
  return found
    .map(({ algorithm, encoding }) => ({
      name: `${algorithm} in ${encoding}`,
      value: { ...settings, algorithm, encoding },
    }))
    .filter(({ name }) => name !== agreed)
    .map(({ name, value }) => ({ change: `as HMAC-${name}; HMAC-${agreed} was agreed on`, value }));
}

function templateVariants(settings: VerificationSettings): Variant<VerificationSettings>[] {
  const agreed = JSON.stringify(settings.signed);
  const found = TEMPLATES.filter((signed) => signed !== settings.signed && isTold(signed, settings));
  return found.map((signed) => ({
    change: `over ${JSON.stringify(signed)}; ${agreed} was agreed on`,
    value: { ...settings, signed },
  }));
}

// Whether the settings name the headers of all values in the template.
function isTold(signed: string, { timestampHeader, idHeader }: VerificationSettings): boolean {
  const uses = usesOf(signed);
  return (timestampHeader !== null || !uses.has('timestamp')) && (idHeader !== null || !uses.has('id'));
}

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

// Variants of a call in which the signature or the URL is written in another way.

/** Variants of the header with the signature or the token. */
export function headerVariants(
  call: IncomingCall,
  provider: Provider,
  settings: VerificationSettings,
): Variant<IncomingCall>[] {
  const name = provider.signatureHeader?.(settings) ?? provider.secretHeaders?.(settings)[0];
  const value = name && headerValues(call, name)[0];
  if (!value) return [];
  const variants = startVariants(value, settings.prefix).flatMap((start) => [start, ...encodingVariants(start)]);
  return variants.slice(1).map(({ change, value: changed }) => ({ change, value: withHeader(call, name, changed) }));
}

function withHeader(call: IncomingCall, name: string, value: string): IncomingCall {
  const others = call.headers.filter(([each]) => each.toLowerCase() !== name);
  return { ...call, headers: [...others, [name, value]] };
}

// The first variant is the received value.
function startVariants(value: string, prefix: string | null): Variant<string>[] {
  const starts = [...new Set([prefix ?? '', 'sha256=', 'v0=', 'v1,'])].filter((start) => start !== '');
  const bare = value.replace(/^"(.*)"$/s, '$1');
  const withoutStart = value.replace(/^[A-Za-z0-9]{1,10}[=, :]/, '');
  return [
    { change: '', value },
    ...starts.map((start) => ({ change: `with "${start}" before it`, value: start + value })),
    ...(bare === value ? [] : [{ change: 'without the quotes around it', value: bare }]),
    ...(withoutStart === value ? [] : [{ change: 'without its prefix', value: withoutStart }]),
  ];
}

const HEX_DIGESTS = /(?<![0-9a-z])(?:[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})(?![0-9a-z])/gi;
const BASE64_DIGESTS = /[A-Za-z0-9+/_-]{27,86}={0,2}/g;

function encodingVariants({ change, value }: Variant<string>): Variant<string>[] {
  const also = change === '' ? '' : `${change} and `;
  const fromHex = (encoding: 'base64' | 'base64url') =>
    value.replace(HEX_DIGESTS, (digest) => Buffer.from(digest, 'hex').toString(encoding));
  const toHex = value.replace(BASE64_DIGESTS, (digest) => anyBase64(digest)?.toString('hex') ?? digest);
  const toBase64 = value.replace(BASE64_DIGESTS, (digest) => anyBase64(digest)?.toString('base64') ?? digest);
  const variants = [
    { change: `${also}in base64; it came in hex`, value: fromHex('base64') },
    { change: `${also}in base64url; it came in hex`, value: fromHex('base64url') },
    { change: `${also}in hex; it came in base64`, value: toHex },
    { change: `${also}in base64 with + and / and padding; it came in base64url`, value: toBase64 },
    { change: `${also}in base64url; it came in base64`, value: value.replaceAll('+', '-').replaceAll('/', '_') },
  ];
  return variants.filter((variant) => variant.value !== value);
}

function anyBase64(text: string): Buffer | null {
  return decodeStrictly(text, 'BASE64') ?? decodeStrictly(text, 'BASE64URL');
}

/**
 * Other forms of the URL that the partner may have signed. Their description does not quote the URL, which contains the
 * token.
 */
export function addressVariants(call: IncomingCall): Variant<IncomingCall>[] {
  const { url } = call;
  const [path = '', query] = url.split(/\?(.*)/s);
  const end = query === undefined ? '' : `?${query}`;
  const variants = [
    { change: 'with http instead of https in the address', value: url.replace(/^https:/i, 'http:') },
    { change: 'with https instead of http in the address', value: url.replace(/^http:/i, 'https:') },
    { change: 'for the address without its query', value: path },
    { change: 'for the address without the slash at its end', value: path.replace(/\/$/, '') + end },
    { change: 'for the address with a slash at its end', value: `${path}/${end}` },
    { change: 'for the address in lower case', value: url.toLowerCase() },
    { change: 'for the path and query alone', value: url.replace(/^[a-z]+:\/\/[^/?#]*/i, '') },
    { change: 'for the address with a question mark at its end', value: `${url}?` },
  ];
  const changed = variants.filter(({ value }) => value !== url);
  return changed.map(({ change, value }) => ({ change, value: { ...call, url: value } }));
}
