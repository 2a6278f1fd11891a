// Twilio signs the configured URL and is inconsistent about the port. These are the possible forms.
import { parse, stringify } from 'node:querystring';

/** All forms of the URL that the helper library of Twilio accepts. */
export function signedAddresses(url: string): string[] {
  const asReceived = withAndWithoutPort(url);
  const normalized = URL.canParse(url) ? withAndWithoutPort(new URL(url).toString()) : [];
  return [...new Set([...asReceived, ...normalized, ...normalized.map(withQueryAgain)])];
}

// Not with URL, which would change characters that were signed.
function withAndWithoutPort(url: string): string[] {
  const [, scheme, userInfo = '', host, port, rest] = AUTHORITY.exec(url) ?? [];
  if (scheme === undefined || host === undefined) return [url];
  const standard = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const start = `${scheme}://${userInfo}${host}`;
  return [`${start}${rest}`, `${start}${port || standard}${rest}`];
}

const AUTHORITY = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*@)?(\[[^\]/?#]*\]|[^:/?#]*)(:[^/?#]*)?(.*)$/is;

function withQueryAgain(url: string): string {
  const at = url.indexOf('?');
  return at < 0 || at === url.length - 1 ? url : `${url.slice(0, at)}?${stringify(parse(url.slice(at + 1)))}`;
}
