/**
 * The document type of Hookledger's own events. A webhook for all types does not receive them: it must name this type.
 */
export const OWN_DOCUMENT_TYPE = 'Hookledger';

/** The names of own events about entries of the audit trail begin with it. */
export const AUDIT_EVENT_PREFIX = 'audit.';

/** Spaces, and what no reader sees. The function is_own_document_type of migrations/8-publish-event.sql has the same. */
const UNSEEN = /[\s\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Whether a document type is reserved. Compared without case, width, spaces and what is not seen, so that no reader takes another
 * event for one.
 */
export function isOwnDocumentType(documentType: string): boolean {
  return documentType.normalize('NFKC').replace(UNSEEN, '').toLowerCase() === OWN_DOCUMENT_TYPE.toLowerCase();
}
