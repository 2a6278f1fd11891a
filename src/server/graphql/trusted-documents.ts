// Documents that are listed in a file: clients send their ids, and in production other documents are refused.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DocumentNode, GraphQLError, type GraphQLSchema, Kind, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Viewer } from '../../access/viewer';
import { type Config, ConfigError } from '../../config/config';
import { AppError, quoted } from '../../errors/errors';
import { LIMITS } from '../../graphql/limits/document-limits';
import type { Log } from '../../logging/log';

/** A GraphQL request as received; members of a wrong type are refused later. */
export interface OperationRequest {
  query?: unknown;
  /** `sha256:<hex>` (GraphQL over HTTP, persisted documents). */
  documentId?: unknown;
  extensions?: unknown;
}

export interface TrustedDocuments {
  /** Whether other documents are refused. */
  only: boolean;
  /**
   * The request with its document's text in `query`.
   * @throws AppError for an unknown id, and for another text if only trusted documents are answered
   */
  resolve<Request extends OperationRequest>(request: Request, viewer: Viewer | null): Request;
}

const ID = /^sha256:([0-9a-f]{64})$/;

/** The trusted documents of the configuration. @param own those of the dashboard, by hash, trusted without a setting. @throws ConfigError */
export function trustedDocumentsFor(
  { trustedDocuments, trustedDocumentsOnly }: Config,
  schema: GraphQLSchema,
  log: Log,
  own: ReadonlyMap<string, string> = new Map(),
): TrustedDocuments {
  const listed = trustedDocuments === null ? null : readTrustedDocuments(trustedDocuments);
  const documents = listed && new Map([...listed, ...own]);
  for (const [hash, text] of documents ?? []) {
    const fault = faultOf(schema, text);
    // no reason to stop the start: clients of this document get an error, and the others need the server
    if (fault) log.warn({ documentId: `sha256:${hash}`, fault }, 'a trusted document cannot be answered');
  }
  return createTrustedDocuments(documents, trustedDocumentsOnly);
}

function faultOf(schema: GraphQLSchema, text: string): string | null {
  try {
    return validate(schema, parse(text))[0]?.message ?? null;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return error.message;
  }
}

/** @throws ConfigError that names each invalid entry */
export function readTrustedDocuments(path: string): ReadonlyMap<string, string> {
  const refuse = (problem: string) => new ConfigError([`TRUSTED_DOCUMENTS: ${path} ${problem}`]);
  let entries: [string, unknown][];
  try {
    entries = Object.entries(JSON.parse(readFileSync(path, 'utf8')) as object);
  } catch (error) {
    throw refuse(`cannot be read: ${(error as Error).message}`);
  }
  const wrong = entries.filter(([id, text]) => typeof text !== 'string' || id !== `sha256:${hashOf(text)}`);
  if (wrong.length > 0) {
    const ids = wrong.map(([id]) => quoted(id)).join(', ');
    throw refuse(`must be { "sha256:<hash of the text>": "query ..." }; this is not the hash of its text: ${ids}.`);
  }
  return new Map(entries.map(([id, text]) => [id.slice('sha256:'.length), text as string]));
}

/** @param documents by hash; null: there are none. @param only other documents are refused */
function createTrustedDocuments(documents: ReadonlyMap<string, string> | null, only: boolean): TrustedDocuments {
  return {
    only: documents !== null && only,
    resolve(request, viewer) {
      const named = documentNamed(documents, request);
      if (named !== null) return { ...request, query: named, documentId: null, extensions: null };
      if (documents && only) refuseFreeText(documents, request, viewer);
      // no text is kept for callers without a key
      return viewer || !keepsText(request) ? request : { ...request, extensions: null };
    },
  };
}

function keepsText({ query, extensions }: OperationRequest): boolean {
  return typeof query === 'string' && persistedHash(extensions) !== undefined;
}

// Apollo's automatic persisted queries
function persistedHash(extensions: unknown): unknown {
  return (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)?.persistedQuery?.sha256Hash;
}

function documentNamed(documents: ReadonlyMap<string, string> | null, request: OperationRequest): string | null {
  const { documentId, query, extensions } = request;
  const hasText = query !== undefined && query !== null;
  if (documentId === undefined || documentId === null) {
    const hash = hasText ? undefined : persistedHash(extensions);
    return (typeof hash === 'string' && documents?.get(hash)) || null;
  }
  if (hasText) throw new AppError('BAD_USER_INPUT', 'documentId and query are both given: send one of them.');
  const hash = typeof documentId === 'string' ? ID.exec(documentId)?.[1] : undefined;
  const text = hash && documents?.get(hash);
  if (text) return text;
  const why = documents ? 'is not one of the trusted documents' : 'cannot be answered: no documents are trusted here';
  throw new AppError('NOT_FOUND', `documentId ${quoted(documentId)} ${why}. An id is sha256:<hex of the text's hash>.`);
}

function refuseFreeText(
  documents: ReadonlyMap<string, string>,
  { query, extensions }: OperationRequest,
  viewer: Viewer | null,
): void {
  if (typeof query === 'string') {
    if (documents.has(hashOf(query))) return;
    if (viewer?.roles.has('SYSTEM_MANAGER') && onlyIntrospects(query)) return;
  } else if (!extensions) {
    // an empty query: refused like any other request without one
    return;
  }
  throw new AppError(
    'FORBIDDEN',
    'Only trusted documents are answered here: send documentId ("sha256:<hex>") instead of the text of a query.',
  );
}

// for a SYSTEM_MANAGER only: GraphiQL and code generators need it
function onlyIntrospects(query: string): boolean {
  try {
    const { definitions } = parse(query, { maxTokens: LIMITS.tokens, noLocation: true });
    return definitions.every(
      (definition) =>
        definition.kind === Kind.FRAGMENT_DEFINITION ||
        (definition.kind === Kind.OPERATION_DEFINITION &&
          definition.selectionSet.selections.every(
            (selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith('__'),
          )),
    );
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return false;
  }
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

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
