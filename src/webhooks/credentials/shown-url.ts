// URLs for those who may not read content: partners put secrets into them, and templates put values of documents.
import { originOf } from './credential-settings';

/** What looks like a token, between two separators: letters with digits, or very long. Also a regular expression of PostgreSQL. */
export const SECRET_IN_URL =
  '([/?&=])(?:(?=[^/?#&={}]*[0-9])(?=[^/?#&={}]*[A-Za-z])[^/?#&={}]{7,}|[^/?#&={}]{24,})(?=[/?#&=]|$)';
export const SCHEME_AND_HOST = '^[a-z]+://[^/?#]*';

const secret = new RegExp(SECRET_IN_URL, 'g');
const schemeAndHost = new RegExp(SCHEME_AND_HOST);

/** `https://hooks.example.com/services/.../...` for what has tokens in its path or query. */
export function withoutSecrets(url: string): string {
  const [host = ''] = schemeAndHost.exec(url) ?? [];
  return host + url.slice(host.length).replace(secret, '$1...');
}

/**
 * The URL of a request: that of its webhook, without secrets, where it is the present one; else without path and query, into
 * which a template may have put values of the document.
 */
export function shownUrl(url: string, ofWebhook: string | null): string {
  return url === ofWebhook ? withoutSecrets(url) : `${originOf(url) ?? ''}/...`;
}
