import { originOf } from '../webhooks/credential-settings';

/**
 * A request's URL for somebody who may not read content: whole where it is the webhook's present one, which they may
 * read; else without path and query, into which a template may have put values of the document.
 */
export function shownUrl(url: string, ofWebhook: string | null): string {
  return url === ofWebhook ? url : `${originOf(url) ?? ''}/...`;
}
