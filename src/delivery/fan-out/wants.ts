import { OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';

/**
 * Whether a webhook asks for events like this one. Every type means every type of the business: our own events tell of
 * the other partners, so that they go only to whoever asks for them by name. A call that is passed on goes where it is
 * directed to, and nowhere else.
 */
export function wants(
  webhook: { id: string; documentType: string | null; events: readonly string[] },
  event: { documentType: string; event: string; directedTo: readonly string[] | null },
): boolean {
  if (event.directedTo !== null) return event.directedTo.includes(webhook.id);
  const typeMatches =
    webhook.documentType === null
      ? event.documentType !== OWN_DOCUMENT_TYPE
      : webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}
