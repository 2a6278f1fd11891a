// Notes for the audit trail which content an answered operation read, and what was refused because of roles.
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { AuditNotes } from '../../audit/notes/audit-notes';
import { Denied } from '../../errors';
import { createContentSelections } from '../../graphql/content/content-selection';
import { RawAnswer } from '../../read-plan/raw-answer';
import type { Viewer } from '../../viewer';
import type { Operation } from './graphql-gate';

/** In characters. A longer answer contains at least one value. */
const MAX_EMPTY = 500;

/** @param data if each of its fields is null, nothing was read */
export type NoteAnswer = (operation: Operation, viewer: Viewer | null, data: unknown) => void;

export function createNoteAnswer(schema: GraphQLSchema, notes: AuditNotes): NoteAnswer {
  const contentOf = createContentSelections(schema);
  return ({ document, operation, variables }, viewer, data) => {
    if (!viewer || !hasValues(data)) return;
    const read = contentOf(document, operation)?.(variables, viewer.roles);
    if (read) notes.read(viewer, read);
  };
}

function hasValues(data: unknown): boolean {
  if (data === null || data === undefined) return false;
  if (data instanceof RawAnswer) return data.json.length > MAX_EMPTY || hasValues(JSON.parse(data.json));
  return Object.values(data).some((value) => value !== null);
}

/** Notes each field that was refused, once for all rows of the answer. */
export function noteDenials(notes: AuditNotes, viewer: Viewer | null, errors: readonly unknown[] = []): void {
  if (!viewer) return;
  const causes = errors.map((error) => (error instanceof GraphQLError ? error.originalError : error));
  const fields = new Set(causes.filter((cause) => cause instanceof Denied).map(({ what }) => what));
  for (const field of fields) notes.denied(viewer, field);
}
