// The kinds of rows whose records are leaves of the tree.

import { leafHashOf } from './merkle-tree';
import {
  type AuditFacts,
  auditContent,
  auditRecord,
  auditSalt,
  type DecisionFacts,
  decisionContent,
  decisionRecord,
  type EventFacts,
  eventContent,
  eventRecord,
  type NameFacts,
  nameContent,
  nameRecord,
  type RequestFacts,
  requestContent,
  requestRecord,
} from './records';
import type { Content } from './salted-digests';

/** The kinds, with the numbers that the tables use. */
export const LEAF_KINDS = { request: 1, audit: 2, event: 3, decision: 4, name: 5 } as const;
export type LeafKind = keyof typeof LEAF_KINDS;

/** The entry that says which rows were erased. */
export const ERASED_ACTION = 'content.erased';
/** The entries that say how a key of the log came to be. */
export const ROTATED_ACTION = 'evidence.key_rotated';
export const RESTARTED_ACTION = 'evidence.restarted';
/** The entry that says which leaves of a month are dropped, and the one that takes it back. */
export const DROPPED_ACTION = 'retention.month_dropped';
export const KEPT_ACTION = 'retention.month_kept';

export interface FactsOf {
  request: RequestFacts;
  audit: AuditFacts;
  event: EventFacts;
  decision: DecisionFacts;
  name: NameFacts;
}

const RECORDS: { [Kind in LeafKind]: (facts: FactsOf[Kind]) => string } = {
  request: requestRecord,
  audit: auditRecord,
  event: eventRecord,
  decision: decisionRecord,
  name: nameRecord,
};

export function recordOf<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): string {
  return RECORDS[kind](facts);
}

export function leafOf<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): Buffer {
  return leafHashOf(recordOf(kind, facts));
}

const CONTENTS: { [Kind in LeafKind]: (facts: FactsOf[Kind]) => Content } = {
  request: requestContent,
  audit: auditContent,
  event: eventContent,
  decision: decisionContent,
  name: nameContent,
};

/** The content of the row itself, without its payloads. */
export function contentOf<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): Content {
  return CONTENTS[kind](facts);
}

/** The salt of a part of the content; null once it was erased. */
export function saltOf<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind], part: string): Buffer | null {
  return kind === 'audit' ? auditSalt(facts as AuditFacts, part) : facts.contentSalt;
}

/** Their times, and first of them the one since which the row has its record. */
const TIMES: { [Kind in LeafKind]: (facts: FactsOf[Kind]) => [Date, ...Date[]] } = {
  request: (row) => [row.finishedAt, row.startedAt],
  audit: (row) => [row.at],
  event: (row) => [row.createdAt],
  decision: (row) => [row.at],
  name: (row) => [row.at],
};

/** The time since which the row has its record. */
export function timeOf<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): Date {
  return TIMES[kind](facts)[0];
}

/** Whether it is a time of JavaScript: PostgreSQL has others, such as infinity, and years after 275760. */
export const isTime = (value: unknown) => value instanceof Date && !Number.isNaN(value.getTime());

/** Whether the row can have a record: none has a time that is no time of JavaScript. */
export function canHaveRecord<Kind extends LeafKind>(kind: Kind, facts: FactsOf[Kind]): boolean {
  return TIMES[kind](facts).every(isTime);
}

/** @returns null if no kind has this number */
export function leafKind(number: number | null): LeafKind | null {
  return (Object.keys(LEAF_KINDS) as LeafKind[]).find((kind) => LEAF_KINDS[kind] === number) ?? null;
}
