/**
 * The document type of Hookledger's own events. A webhook for all types does not receive them: it must name this type.
 */
export const OWN_DOCUMENT_TYPE = 'Hookledger';

/** The names of own events about entries of the audit trail begin with it. */
export const AUDIT_EVENT_PREFIX = 'audit.';

/**
 * Whether a document type is reserved. Compared without case and spaces, so that no other event can be mistaken for
 * one.
 */
export function isOwnDocumentType(documentType: string): boolean {
  return documentType.trim().toLowerCase() === OWN_DOCUMENT_TYPE.toLowerCase();
}
