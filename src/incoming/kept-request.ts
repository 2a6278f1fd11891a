// A call as the log keeps it: without what lets others in.
import { type HeaderPairs, SECRET_VALUE } from '../header-pairs';
import type { ReceivingAgreement } from './agreements';
import type { ArrivedCall } from './arrived-call';

const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const MAX_URL = 4_096;
const MAX_HEADERS = 200;
export const TOKEN_IN_URL = '[token]';

/** JSON array of pairs in wire order. What came over 200 of them is left out, and the last one says so. */
export function keptHeaders(call: ArrivedCall, { agreement }: ReceivingAgreement): string {
  const { provider, settings } = agreement;
  const secret = new Set([...CREDENTIALS, ...(provider.secretHeaders?.(settings) ?? [])]);
  const pairs = call.headers.slice(0, MAX_HEADERS).map(([name, value]): [string, string] => {
    return [
      name,
      secret.has(name.toLowerCase()) ? maskedCredential(value) : withoutSecrets(value, call, settings.query),
    ];
  });
  const more = call.headers.length - pairs.length;
  if (more > 0) pairs.push(['hookledger-headers-left-out', String(more)]);
  return JSON.stringify(pairs satisfies HeaderPairs);
}

// The scheme says how somebody tried to get in.
function maskedCredential(value: string): string {
  const scheme = /^(Basic|Bearer|Digest) /i.exec(value)?.[0] ?? '';
  return `${scheme}${SECRET_VALUE}`;
}

/** Our own address without its token, and without a token in the query. */
export function keptUrl(call: ArrivedCall, { agreement }: ReceivingAgreement): string {
  return withoutSecrets(call.url, call, agreement.settings.query).slice(0, MAX_URL);
}

// Proxies repeat the address in headers of their own.
function withoutSecrets(text: string, { token }: ArrivedCall, parameter: string | null): string {
  const masked = text.includes('%')
    ? text.replace(anyWriting(token), TOKEN_IN_URL)
    : text.replaceAll(token, TOKEN_IN_URL);
  return parameter === null || !masked.includes('=') ? masked : maskedParameter(masked, parameter);
}

// RFC 3986, section 6.2.2.2: %69n_... leads to where in_... does. A token has letters, digits and _ alone.
function anyWriting(token: string): RegExp {
  const characters = [...token].map((each) => `(?:${each}|%${hexOf(each)})`);
  return new RegExp(characters.join(''), 'g');
}

function hexOf(character: string): string {
  const digits = character.charCodeAt(0).toString(16);
  return digits.replace(/[a-f]/g, (each) => `[${each}${each.toUpperCase()}]`);
}

function maskedParameter(text: string, name: string): string {
  const pieces = text.split(/([?&#;,\s"'<>])/);
  return pieces.map((piece) => (isNamed(piece, name) ? `${piece.split('=', 1)[0]}=${SECRET_VALUE}` : piece)).join('');
}

function isNamed(piece: string, name: string): boolean {
  return piece.includes('=') && new URLSearchParams(piece).has(name);
}
