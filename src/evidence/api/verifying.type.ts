import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { FINDING_NAMES, type FindingName } from '../verifying/findings';
import { SCOPE_KINDS, type ScopeKind } from '../verifying/scope';
import { RUN_DEPTHS, RUN_STATES, type RunDepth, type RunState } from '../verifying/verification-run.entity';

export const EvidenceDepthEnum = publishEnum('EvidenceDepth', RUN_DEPTHS, 'How much a verification compares.', {
  TREE: { description: 'The leaves, the roots, and every signed head.' },
  ROWS: { description: 'Also every row: each column, with headers, responses and errors.' },
  CONTENT: { description: 'Also the bytes, the type and the length of every payload.' },
});

export const EvidenceRunStateEnum = publishEnum('EvidenceRunState', RUN_STATES, 'The state of a verification.', {
  PENDING: { description: 'It was ordered. It begins within 5 seconds.' },
  RUNNING: { description: 'It is under way. It begins anew if its process ends.' },
  COMPLETED: { description: 'Everything was compared. `findings` has the result.' },
  FAILED: { description: '`error` says why it could not be done.' },
});

export const EvidenceFindingNameEnum = publishEnum('EvidenceFindingName', FINDING_NAMES, 'What a verification found.', {
  CHANGED: { description: 'A row is not what was recorded.' },
  DELETED: { description: 'A row was sealed, and is no longer there.' },
  INSERTED: { description: 'A row claims a place in the tree that is not its own.' },
  MOVED: { description: 'The leaf of a row is at another place than the row says.' },
  TRUNCATED: { description: 'Leaves are missing that were sealed.' },
  NOT_SEALED: { description: 'A row was finished more than a minute ago, and is not in the tree.' },
  DROPPED_WITHOUT_ORDER: {
    description: 'The rows of a month are gone with their table, and no sealed entry of the audit trail says so.',
  },
  ERASED_WITHOUT_ORDER: {
    description: 'The content of a row is gone, and no sealed entry of the audit trail says so.',
  },
  BAD_HEAD: {
    description:
      'A head has a wrong signature, another root than its leaves, or only the signature of a compromised key.',
  },
  FORKED: { description: 'A known head contradicts the tree: there are two histories.' },
});

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceFinding', {
  simpleResolvers: true,
  description: 'A difference between the record and what was sealed.',
})
export class EvidenceFindingType {
  @Field(() => EvidenceFindingNameEnum, { description: 'What it is.' })
  name: FindingName;

  @Field(() => String, {
    nullable: true,
    description: '`request`, `event`, `decision` or `audit`; null: it is not about a row.',
  })
  kind: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The row: the id of a request, event or audit entry, or the UUID of a decision; null: unknown, or not about a row.',
  })
  rowId: string | null;

  @Field(() => Float, { nullable: true, description: 'The place in the tree, from 0; a whole number.' })
  leafIndex: number | null;

  @Field(() => Float, { nullable: true, description: 'The size of the tree that it is about; a whole number.' })
  treeSize: number | null;

  @Field(() => String, { description: 'A sentence for people.' })
  message: string;
}

export const EvidenceScopeKindEnum = publishEnum(
  'EvidenceScopeKind',
  SCOPE_KINDS,
  'Which rows a verification compares.',
  {
    ALL: { description: 'All.' },
    RANGE: { description: 'Those of a range of time.' },
    IDS: { description: 'Those that were named.' },
  },
);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceScope', { simpleResolvers: true, description: 'Which rows a verification compares.' })
export class EvidenceScopeType {
  @Field(() => EvidenceScopeKindEnum, { description: 'How they were chosen.' })
  kind: ScopeKind;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'RANGE: the start, inclusive; otherwise null.' })
  from: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'RANGE: the end, exclusive; otherwise null.' })
  to: Date | null;

  @Field(() => [ID], { nullable: true, description: 'IDS: 1 to 1,000 ids; otherwise null.' })
  ids: string[] | null;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceRun', { simpleResolvers: true, description: 'A verification of the log, as a job.' })
export class EvidenceRunType {
  @Field(() => ID, { description: 'The id, for `evidenceRun`.' })
  id: string;

  @Field(() => EvidenceDepthEnum, { description: 'How much is compared.' })
  depth: RunDepth;

  @Field(() => EvidenceScopeType, { description: 'Which rows are compared.' })
  scope: EvidenceScopeType;

  @Field(() => EvidenceRunStateEnum, { description: 'Its state.' })
  state: RunState;

  @Field(() => Float, { description: 'The number of rows compared so far; a whole number.' })
  checked: number;

  @Field(() => [EvidenceFindingType], {
    description: 'The first 1,000 findings, once the run is COMPLETED. Empty then: nothing was changed.',
  })
  findings: EvidenceFindingType[];

  @Field(() => Float, { description: 'The number of all findings; a whole number.' })
  findingCount: number;

  @Field(() => String, { nullable: true, description: 'FAILED: why.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was ordered.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When it ended; null: it has not.' })
  finishedAt: Date | null;
}
