import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { HOLE_NAMES, type HoleName } from '../completeness/count-month';
import { EvidenceRowKindEnum, type RowKind } from './row-kind.type';

export const EvidenceHoleNameEnum = publishEnum('EvidenceHoleName', HOLE_NAMES, 'The kinds of holes in a month.', {
  MISSING: { description: 'A delivery counts an attempt, or ended with a decision, that is not in the log.' },
  NOT_SEALED: { description: 'A row was finished more than a minute ago, and is not in the tree.' },
  UNCOUNTED: {
    description: 'A request is none of the attempts that its delivery has counted, or its delivery is gone.',
  },
  DELETED: {
    description: 'A request was sealed, and is no longer in the log. Found only if all webhooks are counted together.',
  },
});

@HasRole(...READERS)
@ObjectType('EvidenceHole', {
  simpleResolvers: true,
  description: 'A request or decision that is missing in a month, or that no delivery accounts for.',
})
export class EvidenceHoleType {
  @Field(() => EvidenceHoleNameEnum, { description: 'The kind of the difference.' })
  name: HoleName;

  @Field(() => EvidenceRowKindEnum, { description: 'The kind of the row: REQUEST or DECISION.' })
  rowKind: RowKind;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the request; of a decision, that of its delivery; null: there is no such row.',
  })
  rowId: string | null;

  @Field(() => ID, {
    nullable: true,
    description: 'The id of the delivery; null: unknown, or the request is a call of a partner.',
  })
  deliveryId: string | null;

  @Field(() => Float, {
    nullable: true,
    description: 'The number of the attempt, a whole number from 1; null: unknown.',
  })
  attemptNumber: number | null;

  @Field(() => String, { description: 'The same as a sentence.' })
  message: string;
}

@HasRole(...READERS)
@ObjectType('EvidenceCompleteness', {
  simpleResolvers: true,
  description:
    'The attempts of a month, compared with the log and the sealed tree. The month is complete if `attemptCount` without ' +
    '`droppedAttemptCount`, `requestCount` and `sealedCount` are equal, `decisionCount` without `droppedDecisionCount` and `sealedDecisionCount` are ' +
    'equal, and `holeCount` is 0.',
})
export class EvidenceCompletenessType {
  @Field(() => Int, { description: 'The number of deliveries that were made in the month.' })
  deliveryCount: number;

  @Field(() => Float, {
    description:
      'The number of attempts that these deliveries have counted, also those made after the month, plus the ' +
      'calls of partners in the month: a whole number.',
  })
  attemptCount: number;

  @Field(() => Int, { description: 'The number of their requests in the log.' })
  requestCount: number;

  @Field(() => Int, { description: 'The number of these requests that a signed head contains.' })
  sealedCount: number;

  @Field(() => Int, {
    description:
      'The number of requests that are not sealed yet because they are on the wire or finished within the last ' +
      'minute.',
  })
  waitingCount: number;

  @Field(() => Float, {
    description:
      'The number of these attempts that are not in the log because they were made in a later month that was dropped since by a ' +
      'sealed order of the audit trail: a whole number.',
  })
  droppedAttemptCount: number;

  @Field(() => Int, { description: 'The number of deliveries that ended as SKIPPED, CANCELLED or EXHAUSTED.' })
  decisionCount: number;

  @Field(() => Int, { description: 'The number of these deliveries whose newest decision a signed head contains.' })
  sealedDecisionCount: number;

  @Field(() => Int, {
    description:
      'The number of these deliveries that ended in a later month that was dropped by order, with the decision.',
  })
  droppedDecisionCount: number;

  @Field(() => Float, { description: 'The number of all holes, a whole number.' })
  holeCount: number;

  @Field(() => [EvidenceHoleType], { description: 'The first 100 holes. Empty: nothing is missing.' })
  holes: EvidenceHoleType[];

  @Field(() => Boolean, {
    description:
      'Whether the rows of the month were dropped by a sealed order in the audit trail. Nothing is counted ' + 'then.',
  })
  rowsDropped: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'The `after` of the next call, whose numbers are to be added to these: one call counts at most 100,000 ' +
      'rows. null: the whole month is counted.',
  })
  next: string | null;
}
