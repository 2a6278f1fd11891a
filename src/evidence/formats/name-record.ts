// The records of names of users and webhooks.
import { type Content, digestsOf, recordText, type SaltedContent } from './salted-digests';

/** A name that a user or a webhook had, with everything that its record contains. */
export interface NameFacts extends SaltedContent {
  id: string;
  at: Date;
  fullName: string | null;
  name: string;
  /** 1, 2, 3 and so on of the subject. */
  number: number;
  subjectId: string;
  subjectType: 'User' | 'Webhook';
}

export function nameContent(row: NameFacts): Content {
  return { fullName: row.fullName, name: row.name };
}

export function nameRecord(row: NameFacts): string {
  return recordText({
    at: row.at.toISOString(),
    content: digestsOf(row, nameContent(row)),
    id: row.id,
    kind: 'name',
    number: row.number,
    subjectId: row.subjectId,
    subjectType: row.subjectType,
    v: 1,
  });
}
