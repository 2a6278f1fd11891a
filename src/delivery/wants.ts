import { OWN_DOCUMENT_TYPE } from '../events/own-events';

/**
 * Whether a webhook asks for events like this one. Every type means every type of the business: our own events tell of
 * the other partners, so that they go only to whoever asks for them by name.
 */
export function wants(
  webhook: { documentType: string | null; events: readonly string[] },
  event: { documentType: string; event: string },
): boolean {
  const typeMatches =
    webhook.documentType === null
      ? event.documentType !== OWN_DOCUMENT_TYPE
      : webhook.documentType === event.documentType;
  return typeMatches && (webhook.events.length === 0 || webhook.events.includes(event.event));
}
