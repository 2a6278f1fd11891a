// Variants of a call in which the signature or the URL is written in another way.
import { headerValues, type IncomingCall } from '../call';
import type { Provider, VerificationSettings } from '../provider';
import { decodeStrictly } from '../read-signature';
import type { Variant } from './variant';

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
