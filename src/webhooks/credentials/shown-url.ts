// URLs for users who may not read content. They may contain secrets of partners and, from templates, values of
// documents.

/** Scheme, host and port of the URL of a webhook; null without a URL. */
export function originOf(url: string | null): string | null {
  return url === null ? null : (URL.parse(url)?.origin ?? null);
}

/**
 * Matches text that looks like a token, between two separators: letters with digits, or very long. PostgreSQL uses the
 * same regular expression.
 */
const SECRET_IN_URL =
  '([/?&=])(?:(?=[^/?#&={}]*[0-9])(?=[^/?#&={}]*[A-Za-z])[^/?#&={}]{7,}|[^/?#&={}]{24,})(?=[/?#&=]|$)';
export const SCHEME_AND_HOST = '^[a-z]+://[^/?#]*';
/**
 * Matches each URL whose path or query has such text, and some others. Without assertions and groups that are read, so that
 * PostgreSQL decides in one pass: a page has many URLs, and few have a token.
 */
const MAY_HAVE_SECRET =
  `${SCHEME_AND_HOST}(?:[/?#].*)?[/?&=]` +
  '(?:[^/?#&={}]*(?:[0-9][^/?#&={}]*[A-Za-z]|[A-Za-z][^/?#&={}]*[0-9])|[^/?#&={}]{24})';

// as PostgreSQL, it counts a character beyond U+FFFF as one
const secret = new RegExp(SECRET_IN_URL, 'gu');
const schemeAndHost = new RegExp(SCHEME_AND_HOST);

/** Replaces tokens in path and query, as in `https://hooks.example.com/services/.../...`. */
export function withoutSecrets(url: string): string {
  const [host = ''] = schemeAndHost.exec(url) ?? [];
  return host + url.slice(host.length).replace(secret, '$1...');
}

/** What an erasure leaves of a URL. */
const ERASED = '[erased]';

/**
 * The URL of a request. If it equals the current URL of the webhook, its tokens are replaced; otherwise path and query
 * are removed, because a template may have put values of the document into them.
 */
export function shownUrl(url: string, ofWebhook: string | null): string {
  if (url === ERASED) return url;
  return url === ofWebhook ? withoutSecrets(url) : `${originOf(url) ?? ''}/...`;
}

const HOST = String.raw`'^(https?://)(?:[^/?#\\]*@)?([^/?#\\@]+)'`;

/** The same in SQL. @param url an SQL expression, as `ofWebhook` is */
export function shownUrlSql(url: string, ofWebhook: string): string {
  return `case when ${ofWebhook} = ${url} then
    case when ${url} ~ '^[a-z]+://' and ${url} !~ '${MAY_HAVE_SECRET}' then ${url}
      else concat(substring(${url} from '${SCHEME_AND_HOST}'),
        regexp_replace(regexp_replace(${url}, '${SCHEME_AND_HOST}', ''), '${SECRET_IN_URL}', '\\1...', 'g')) end
    when ${url} = '${ERASED}' then ${url}
    else coalesce(array_to_string(regexp_match(${url}, ${HOST}), ''), '') || '/...' end`;
}
