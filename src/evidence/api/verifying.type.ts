import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Float, ID, InputType, ObjectType } from 'type-graphql';
import { OneOf } from '../../graphql/arguments/check-input';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { enumFilter, FloatFilter } from '../../graphql/lists/filter-inputs';
import { timeArgsOf } from '../../graphql/lists/list';
import { by, whereOf } from '../../graphql/lists/where';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { DateTimeRange } from '../../request-log/api/stats.type';
import { UserWhere } from '../../users/user.type';
import { SCOPE_KINDS, type ScopeKind } from '../verifying/scope';
import { FINDING_NAMES, type FindingName } from '../verifying/tree/findings';
import { RUN_DEPTHS, RUN_STATUSES, type RunDepth, type RunStatus } from '../verifying/verification-run.entity';
import { EvidenceRowKindEnum, type RowKind, sizeFilter } from './evidence-filters.type';

const EvidenceDepthEnum = publishEnum('EvidenceDepth', RUN_DEPTHS, 'What a verification compares.', {
  TREE: { description: 'The leaves, the roots, and every signed head.' },
  ROWS: { description: 'Also every row: each column, with headers, responses and errors.' },
  CONTENT: { description: 'Also the bytes, the type and the length of every payload.' },
});

const EvidenceRunStatusEnum = publishEnum('EvidenceRunStatus', RUN_STATUSES, 'The state of a verification.', {
  PENDING: {
    description: 'The verification was ordered. It begins within 5 seconds if a process with the part `indexer` runs.',
  },
  RUNNING: { description: 'The verification is in progress. If its process ends, another one begins it again.' },
  COMPLETED: { description: 'Everything was compared. `findings` contains the differences.' },
  FAILED: { description: 'The verification failed: `error` gives the reason.' },
});

export const EvidenceFindingNameEnum = publishEnum(
  'EvidenceFindingName',
  FINDING_NAMES,
  'The kinds of differences that a verification finds.',
  {
    CHANGED: { description: 'A row differs from what was recorded.' },
    DELETED: { description: 'A row was sealed, and is no longer there.' },
    INSERTED: { description: 'A row claims a place in the tree that is not its own, or is there more than once.' },
    MOVED: { description: 'The leaf of a row is at another place in the tree than the row has.' },
    TRUNCATED: { description: 'Leaves that were sealed are missing.' },
    NOT_SEALED: { description: 'A row was finished more than a minute ago, and is not in the tree.' },
    DROPPED_WITHOUT_ORDER: {
      description: 'The rows of a month are gone with their table, and no sealed entry of the audit trail orders it.',
    },
    ERASED_WITHOUT_ORDER: {
      description: 'The content of a row is gone, and no sealed entry of the audit trail records its erasure.',
    },
    BAD_TREE: {
      description:
        'A row of the tables of the tree is surplus, is there twice, or has a number, a place or a time that sealing does not write.',
    },
    BAD_HASH: {
      description: 'A stored hash of the tree is missing, or is not that of its leaves: proofs that use it are wrong.',
    },
    BAD_HEAD: {
      description:
        'A head has a wrong signature, another root than its leaves, a size at which no leaves end, or only the signature of ' +
        'a compromised key.',
    },
    BAD_KEY: {
      description:
        'A key of the log is not the one that a sealed entry of the audit trail introduced, or the one that signs cannot be ' +
        'decrypted with ENCRYPTION_KEY.',
    },
    BAD_ANCHOR: {
      description:
        'The stored proof of an anchor is not a proof, is of another head than the stored one, or has a wrong signature.',
    },
    FORKED: {
      description:
        'A head that you hold, or that a trusted witness or authority knew, contradicts the tree: there are two histories.',
    },
  },
);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceFinding', {
  simpleResolvers: true,
  description: 'A difference between a row and what was sealed of it.',
})
export class EvidenceFindingType {
  @Field(() => EvidenceFindingNameEnum, { description: 'The kind of the difference.' })
  name: FindingName;

  @Field(() => EvidenceRowKindEnum, {
    nullable: true,
    description: 'The kind of the row; null: the finding is not about a row.',
  })
  rowKind: RowKind | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'The id of the request, event or audit entry; of a decision, that of its delivery; of a name, that of its user or webhook. The UUID ' +
      'of a decision or name that is gone; null: unknown, or the finding is not about a row.',
  })
  rowId: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The index of the leaf in the tree, from 0, a whole number; null: the finding is not about a leaf.',
  })
  leafIndex: number | null;

  @Field(() => Float, {
    nullable: true,
    description:
      'The number of leaves of the tree that the finding is about, a whole number; null: it is about no tree.',
  })
  treeSize: number | null;

  @Field(() => String, { description: 'The same as a sentence.' })
  message: string;
}

export const EvidenceScopeKindEnum = publishEnum(
  'EvidenceScopeKind',
  SCOPE_KINDS,
  'Which rows a verification compares.',
  {
    ALL: { description: 'All rows.' },
    RANGE: { description: 'The rows of a range of time.' },
    IDS: { description: 'The rows with the given ids.' },
  },
);

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceScope', { simpleResolvers: true, description: 'Which rows a verification compares.' })
export class EvidenceScopeType {
  @Field(() => EvidenceScopeKindEnum, { description: 'How the rows were selected.' })
  kind: ScopeKind;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'RANGE: the start, inclusive; otherwise null.' })
  from: Date | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'RANGE: the end, exclusive; otherwise null.' })
  to: Date | null;

  @Field(() => [ID], { nullable: true, description: 'IDS: 1 to 1,000 ids; otherwise null.' })
  ids: string[] | null;
}

@HasRole('SYSTEM_MANAGER', 'AUDITOR')
@ObjectType('EvidenceRun', {
  implements: NodeType,
  simpleResolvers: true,
  description: 'A verification of the log, as a job.',
})
export class EvidenceRunType extends NodeType {
  @Field(() => EvidenceDepthEnum, { description: 'What is compared.' })
  depth: RunDepth;

  @Field(() => EvidenceRunStatusEnum, { description: 'The state of the run.' })
  status: RunStatus;

  @Field(() => Float, {
    description:
      'The number of rows that were compared so far, a whole number. With the depth TREE: the number of leaves from which ' +
      'the tree was built so far.',
  })
  checked: number;

  @Field(() => Float, { description: 'The number of all findings, a whole number.' })
  findingCount: number;

  @Field(() => String, { nullable: true, description: 'FAILED: the reason; otherwise null.' })
  error: string | null;

  @Field(() => GraphQLDateTime, { description: 'When it was ordered.' })
  createdAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the run ended; null: it has not ended.' })
  finishedAt: Date | null;
}

export const EvidenceRunConnection = connectionOf('EvidenceRun', () => EvidenceRunType);

export const EvidenceRunWhere = whereOf(
  'EvidenceRunWhere',
  'evidence_runs',
  'Verifications that meet all of these conditions.',
  {
    id: by.id('EvidenceRun', 'The id of the verification: { eq: "evr_..." }.'),
    status: by.value(enumFilter('EvidenceRunStatus', EvidenceRunStatusEnum), 'The state: { in: [PENDING, RUNNING] }.'),
    depth: by.value(enumFilter('EvidenceDepth', EvidenceDepthEnum), 'What is compared.'),
    findingCount: by.tests(FloatFilter, sizeFilter('finding_count'), 'The number of all findings: { gt: 0 }.'),
    orderedBy: by.link(() => UserWhere, 'The user who ordered the verification.', { column: 'ordered_by' }),
    createdAt: by.idTime('When it was ordered.'),
    finishedAt: by.optionalTime('When it ended; { isNull: true }: it has not ended.'),
  },
);

export const EvidenceRunListArgs = timeArgsOf(EvidenceRunWhere);
export type EvidenceRunListArgs = InstanceType<typeof EvidenceRunListArgs>;

@OneOf()
@InputType('EvidenceScopeInput', { description: 'A part of the log.' })
export class EvidenceScopeInput {
  @Field(() => DateTimeRange, {
    nullable: true,
    description:
      'The rows of a time: that at which the request began, the event was published, the decision was made, the audit entry was ' +
      'written, or the user or webhook was created.',
  })
  range?: DateTimeRange;

  @Field(() => [ID], {
    nullable: true,
    description:
      'Requests (req_...), events (evt_...), audit entries (aud_...), deliveries (dlv_...), users (usr_...) and webhooks ' +
      '(whk_...), 1 to 1,000, each once. A delivery stands for itself and for the decisions about it, a user or webhook for its ' +
      'names.',
  })
  ids?: string[];
}

@InputType('VerifyEvidenceInput', { description: 'What is verified, and against which heads.' })
export class VerifyEvidenceInput {
  @Field(() => EvidenceDepthEnum, { defaultValue: 'CONTENT', description: 'What is compared.' })
  depth: RunDepth;

  @Field(() => EvidenceScopeInput, {
    nullable: true,
    description:
      'The rows to compare. Default, null: all. The tree and the heads are always verified as a whole. In a ' +
      'part of the log, the deletion of a row is not found if its place in the tree was removed too, unless ' +
      '`ids` names the row; and a row that claims the place of a row outside of the part is CHANGED instead of ' +
      'INSERTED. TREE compares no rows.',
  })
  scope?: EvidenceScopeInput | null;

  @Field(() => [String], {
    defaultValue: [],
    description:
      'Signed heads that you hold, at most 20, as `evidenceHeads { nodes { checkpoint } }` returned them, or as requests carried them in ' +
      'the header `hookledger-head`. Only with them ' +
      'is a history found that a person with the database and the key has rewritten.',
  })
  knownHeads: string[];
}
