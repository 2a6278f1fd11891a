import { type HeaderPairs, SECRET_VALUE } from '../values/text';
import type { ArrivedCall, Decision } from './accept-or-refuse';
import { MAX_RECORDED_HEADERS, MAX_RECORDED_URL_CHARACTERS } from './call-limits';
import type { IncomingSettings } from './incoming-settings';

/** A call and its decision. */
export interface DecidedCall {
  readonly call: ArrivedCall;
  /** By which it was decided. */
  readonly settings: IncomingSettings;
  /** Of the address. */
  readonly tokenHash: Buffer;
  readonly decision: Decision;
  /** How many bytes of a refused body are recorded. */
  readonly keptBytes: number;
}

// A call as the log records it, without credentials.

const TOKEN_IN_URL = '[token]';

/** A JSON array of pairs in the order received. Headers beyond 200 are omitted, and the last pair gives their number. */
export function recordedHeaders(call: ArrivedCall, { agreement, secretHeaders }: IncomingSettings): string {
  const pairs = call.headers.slice(0, MAX_RECORDED_HEADERS).map(([name, value]): [string, string] => {
    return [
      name,
      secretHeaders.has(name.toLowerCase())
        ? maskedCredential(value)
        : withoutSecrets(value, call, agreement.settings.query),
    ];
  });
  const more = call.headers.length - pairs.length;
  if (more > 0) pairs.push(['hookledger-headers-left-out', String(more)]);
  return JSON.stringify(pairs satisfies HeaderPairs);
}

// Keeps the authentication scheme, which helps to find a fault.
function maskedCredential(value: string): string {
  const scheme = /^(Basic|Bearer|Digest) /i.exec(value)?.[0] ?? '';
  return `${scheme}${SECRET_VALUE}`;
}

/** The URL that was called, without the token of the address and without a token in the query. */
export function recordedUrl(call: ArrivedCall, { agreement }: IncomingSettings): string {
  return withoutSecrets(call.url, call, agreement.settings.query).slice(0, MAX_RECORDED_URL_CHARACTERS);
}

// Proxies repeat the URL in headers.
function withoutSecrets(text: string, { token }: ArrivedCall, parameter: string | null): string {
  const masked = text.includes('%')
    ? text.replace(anyWriting(token), TOKEN_IN_URL)
    : text.replaceAll(token, TOKEN_IN_URL);
  return parameter === null || !masked.includes('=') ? masked : maskedParameter(masked, parameter);
}

// RFC 3986, section 6.2.2.2: %69n_... is equivalent to in_... A token contains only letters, digits and _.
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
