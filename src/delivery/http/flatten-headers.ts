import { SendError } from '../send-error';

/** Header pairs in undici's flat form, in order, with repetitions; or the error of a header that cannot be sent. */
export function flattenHeaders(pairs: readonly (readonly [string, string])[]): string[] | SendError {
  const flat: string[] = [];
  for (const [name, value] of pairs) {
    const fault = framingFault(name, value);
    if (fault !== null) return new SendError('NOT_SENT', `Nothing was sent: ${fault}.`);
    flat.push(name, value);
  }
  return flat;
}

// What header-rules.ts refuses in settings is not repeated here, but what would break the request. Values are never
// quoted: they may be secrets.
function framingFault(name: string, value: string): string | null {
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `${JSON.stringify(name.slice(0, 100))} is not a header name`;
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    return `the value of the header ${name} contains a line break, a control character or one outside Latin-1`;
  }
  if (SET_BY_CLIENT.has(name.toLowerCase())) return `the header ${name} is set by the HTTP client and cannot be chosen`;
  return null;
}

// `host` would also be the name that the certificate of the partner is verified for.
const SET_BY_CLIENT = new Set([
  'host',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'expect',
  'te',
  'trailer',
]);
