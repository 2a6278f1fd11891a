// The users and webhooks that a record names by their ids.
import type { FactsOf, LeafKind } from '../formats/leaf-kinds';
import { SUBJECT_TYPES } from './name.entity';

type SubjectsOf = { [Kind in LeafKind]: (facts: FactsOf[Kind]) => (string | null)[] };

const SUBJECTS: SubjectsOf = {
  request: (row) => [row.userId, row.webhookId],
  audit: (row) => [row.actorId, SUBJECT_TYPES.some((type) => type === row.subjectType) ? row.subjectId : null],
  event: (row) => [row.userId, row.publishedBy],
  decision: (row) => [row.webhookId],
  name: () => [],
};

export function namedSubjects<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): string[] {
  return SUBJECTS[kind](facts).filter((id) => id !== null);
}
