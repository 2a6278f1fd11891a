import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Where Apollo keeps documents that it has parsed and validated. */
export interface DocumentStore {
  get(key: string): Promise<DocumentNode | undefined>;
  set(key: string, document: DocumentNode): Promise<void>;
  delete(key: string): Promise<boolean>;
}

/** Of the texts. With its plan, a parsed document takes a few hundred times as many bytes. */
const MAX_CHARACTERS = 250_000;

/**
 * The store of Apollo itself is limited by the length of documents as JSON: those of one client that sends 20,000 different ones took
 * 400 MB.
 */
export function createDocumentStore(): DocumentStore {
  const documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CHARACTERS,
    sizeCalculation: ({ loc }) => loc?.source.body.length ?? MAX_CHARACTERS,
  });
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => void documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
}
