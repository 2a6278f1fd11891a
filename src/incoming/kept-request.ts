// A call as the log keeps it: without what lets others in.
import { createHash } from 'node:crypto';
import { type HeaderPairs, SECRET_VALUE } from '../header-pairs';
import type { ReceivingAgreement } from './agreements';
import type { ArrivedCall } from './arrived-call';

const CREDENTIALS = new Set(['authorization', 'cookie', 'proxy-authorization']);
const MOST_URL = 4_096;
const MOST_HEADERS = 200;
export const TOKEN_IN_URL = '[token]';

/** JSON array of pairs in wire order. What came over 200 of them is left out, and the last one says so. */
export function keptHeaders(call: ArrivedCall, { agreement }: ReceivingAgreement): string {
  const { provider, settings } = agreement;
  const secret = new Set([...CREDENTIALS, ...(provider.secretHeaders?.(settings) ?? [])]);
  const pairs = call.headers.slice(0, MOST_HEADERS).map(([name, value]): [string, string] => {
    if (secret.has(name.toLowerCase())) return [name, maskedCredential(value)];
    return [name, value.replaceAll(call.token, TOKEN_IN_URL)];
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
  const url = call.url.replaceAll(call.token, TOKEN_IN_URL);
  const name = agreement.settings.query;
  return (name === null ? url : maskedParameter(url, name)).slice(0, MOST_URL);
}

function maskedParameter(url: string, name: string): string {
  const at = url.indexOf('?');
  if (at < 0) return url;
  const pairs = url
    .slice(at + 1)
    .split('&')
    .map((pair) => (isNamed(pair, name) ? `${pair.split('=', 1)[0]}=${SECRET_VALUE}` : pair));
  return `${url.slice(0, at)}?${pairs.join('&')}`;
}

function isNamed(pair: string, name: string): boolean {
  return new URLSearchParams(pair).has(name);
}

/** By which a repeated call is found. */
export function callIdHash(callId: string): Buffer {
  return createHash('sha256').update(callId).digest();
}
