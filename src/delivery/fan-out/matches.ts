import { OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';

export interface EventToMatch {
  documentType: string;
  event: string;
  /** The only webhooks that the event is delivered to; null: all that match. */
  directedTo: readonly string[] | null;
}

/**
 * Whether a webhook asks for events like this one. A webhook for all document types does not receive Hookledger's own
 * events, which describe other partners: it must name their type. A received call that is passed on goes only to the
 * webhooks that it is directed to.
 */
export function matches(
  webhook: { id: string; documentType: string | null; events: readonly string[] },
  event: EventToMatch,
): boolean {
  if (event.directedTo !== null) return event.directedTo.includes(webhook.id);
  const typeMatches =
    webhook.documentType === null
      ? event.documentType !== OWN_DOCUMENT_TYPE
      : webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}
