import { AUDIT_EVENT_PREFIX, OWN_DOCUMENT_TYPE } from '../../webhooks/own-document-type';

export interface EventToMatch {
  documentType: string;
  event: string;
  /** The only webhooks that the event is delivered to; null: all that match. */
  directedTo: readonly string[] | null;
}

/**
 * Whether a webhook asks for events like this one. A webhook for all document types does not receive Hookledger's own
 * events, which describe other partners: it must name their type. Those about the audit trail go only where a SYSTEM_MANAGER
 * allowed it. A received call that is passed on goes only to the webhooks that it is directed to.
 */
export function matches(
  webhook: { id: string; documentType: string | null; events: readonly string[]; receiveAuditEvents: boolean },
  event: EventToMatch,
): boolean {
  if (event.directedTo !== null) return event.directedTo.includes(webhook.id);
  if (isAboutAudit(event) && !webhook.receiveAuditEvents) return false;
  const typeMatches =
    webhook.documentType === null
      ? event.documentType !== OWN_DOCUMENT_TYPE
      : webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}

export function isAboutAudit({ documentType, event }: Pick<EventToMatch, 'documentType' | 'event'>): boolean {
  return documentType === OWN_DOCUMENT_TYPE && event.startsWith(AUDIT_EVENT_PREFIX);
}
