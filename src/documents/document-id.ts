// A document has no row of its own: its id contains its type and its name.
import { isStorable } from '../text';
import type { DocumentName } from './document.store';

const PREFIX = 'doc_';

/** `doc_` and base64url of the JSON array of type and name. */
export function documentId({ documentType, name }: DocumentName): string {
  return PREFIX + Buffer.from(JSON.stringify([documentType, name])).toString('base64url');
}

/** null: it is not the id of a document, whether or not there is such a document. */
export function readDocumentId(id: string): DocumentName | null {
  if (!id.startsWith(PREFIX)) return null;
  const document = documentIn(Buffer.from(id.slice(PREFIX.length), 'base64url').toString());
  // base64url and JSON allow several texts for the same value, and a document has one id
  return document && documentId(document) === id ? document : null;
}

function documentIn(json: string): DocumentName | null {
  try {
    const parts: unknown = JSON.parse(json);
    if (!Array.isArray(parts) || parts.length !== 2) return null;
    const [documentType, name] = parts as unknown[];
    if (typeof documentType !== 'string' || typeof name !== 'string') return null;
    return isStorable(documentType) && isStorable(name) ? { documentType, name } : null;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return null;
  }
}
