/** Of Hookledger's own events, theirs alone. A webhook for every type does not get them: it asks for this one. */
export const OWN_DOCUMENT_TYPE = 'Hookledger';

/** Whoever subscribed to our own events must be able to believe them: nobody else's may look alike. */
export function isOwnDocumentType(documentType: string): boolean {
  return documentType.trim().toLowerCase() === OWN_DOCUMENT_TYPE.toLowerCase();
}
