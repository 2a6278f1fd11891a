// Twilio signs the address as it was configured, and is not consistent about its port: these may be it.
import { parse, stringify } from 'node:querystring';

/** Every form in which Twilio's own helper library takes the address for signed. */
export function signedAddresses(url: string): string[] {
  const asReceived = withAndWithoutPort(url);
  const normalized = URL.canParse(url) ? withAndWithoutPort(new URL(url).toString()) : [];
  return [...new Set([...asReceived, ...normalized, ...normalized.map(withQueryAgain)])];
}

// Not with URL, which would write other characters than those that were signed.
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
