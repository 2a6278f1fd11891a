import { publishEnum } from '../../graphql/enum';
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
