import { publishEnum } from '../../graphql/directives';
import { type FieldFilter, intFilter } from '../../graphql/lists/where-to-sql';
import type { LeafKind } from '../formats/leaf-kinds';

const ROW_KINDS = ['REQUEST', 'EVENT', 'DECISION', 'AUDIT_ENTRY', 'NAME'] as const;
export type RowKind = (typeof ROW_KINDS)[number];

export const EvidenceRowKindEnum = publishEnum('EvidenceRowKind', ROW_KINDS, 'The kinds of rows that are sealed.', {
  REQUEST: { description: 'A finished request of the log.' },
  EVENT: { description: 'A business event.' },
  DECISION: { description: 'A decision not to send a delivery, or to give it up.' },
  AUDIT_ENTRY: { description: 'An entry of the audit trail.' },
  NAME: { description: 'A name that a user or a webhook had.' },
});

/** The kinds of leaves, as the API names them. */
export const ROW_KIND_OF: Record<LeafKind, RowKind> = {
  request: 'REQUEST',
  event: 'EVENT',
  decision: 'DECISION',
  audit: 'AUDIT_ENTRY',
  name: 'NAME',
};

const WHOLE: Record<string, (bound: number) => number> = {
  gte: Math.ceil,
  gt: Math.floor,
  lt: Math.ceil,
  lte: Math.floor,
};
const MAX = Number.MAX_SAFE_INTEGER;

/** gte, gt, lt, lte on a column of sizes, which are whole; a bound is any number. */
export function sizeFilter(column: string): FieldFilter {
  return (tests, path) =>
    intFilter(column)(
      Object.fromEntries(Object.entries(tests).map(([name, bound]) => [name, whole(name, bound)])),
      path,
    );
}

function whole(name: string, bound: unknown): unknown {
  return typeof bound === 'number' ? Math.max(-MAX, Math.min(MAX, WHOLE[name]?.(bound) ?? bound)) : bound;
}
