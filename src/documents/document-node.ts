// Documents by their ids. The documents that one request asks for at the same time are looked up by one statement.
import type { Context } from '../graphql/context';
import { loaderFor } from '../graphql/data-loaders';
import { type DocumentName, knownDocuments } from './document.store';
import { documentId, readDocumentId } from './document-id';

/** null: nothing is known of such a document, or it is not the id of a document. */
export function loadDocument(context: Context, id: string): Promise<DocumentName | null> {
  return loaderFor(context, 'BusinessDocument', async (ids) => {
    const asked = ids.flatMap((each) => readDocumentId(each) ?? []);
    const known = asked.length === 0 ? [] : await knownDocuments(context.db, asked);
    return new Map(known.map((document) => [documentId(document), document]));
  }).load(id);
}
