// A document has no row of its own: its id contains its type and its name.

import { type Context, loaderFor } from '../graphql/context';
import { isStorable } from '../values/text';
import { type DocumentName, knownDocuments } from './document.store';

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

// Documents by their ids. The documents that one request asks for at the same time are looked up by one statement.

/** null: nothing is known of such a document, or it is not the id of a document. */
export function loadDocument(context: Context, id: string): Promise<DocumentName | null> {
  return loaderFor(context, 'BusinessDocument', async (ids) => {
    const asked = ids.flatMap((each) => readDocumentId(each) ?? []);
    const known = asked.length === 0 ? [] : await knownDocuments(context.db, asked);
    return new Map(known.map((document) => [documentId(document), document]));
  }).load(id);
}
