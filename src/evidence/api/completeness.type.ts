import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { HOLE_NAMES, type HoleName } from '../completeness/count-month';

export const EvidenceHoleNameEnum = publishEnum('EvidenceHoleName', HOLE_NAMES, 'What a count of a month lacks.', {
  MISSING: { description: 'A delivery counts an attempt, or ended with a decision, that is not in the log.' },
  NOT_SEALED: { description: 'A row was finished more than a minute ago, and is not in the tree.' },
  UNCOUNTED: { description: 'A request is no attempt of its delivery, or its delivery is gone.' },
  DELETED: { description: 'A request was sealed, and is no longer in the log. Only of all webhooks together.' },
});

@HasRole(...READERS)
@ObjectType('EvidenceHole', { simpleResolvers: true, description: 'What is missing in a month, or is too much in it.' })
export class EvidenceHoleType {
  @Field(() => EvidenceHoleNameEnum, { description: 'What it is.' })
  name: HoleName;

  @Field(() => String, { description: '`request` or `decision`.' })
  kind: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The row: the id of a request, or the UUID of a decision; null: the row is not there.',
  })
  rowId: string | null;

  @Field(() => ID, { nullable: true, description: 'The id of the delivery; null: a call, or unknown.' })
  deliveryId: string | null;

  @Field(() => Int, { nullable: true, description: 'The number of the attempt, from 1; null: unknown.' })
  attempt: number | null;

  @Field(() => String, { description: 'A sentence for people.' })
  message: string;
}

@HasRole(...READERS)
@ObjectType('EvidenceCompleteness', {
  simpleResolvers: true,
  description:
    'The attempts of a month, counted against the log and the sealed tree. Complete: `attempts`, `requests` and `sealed` ' +
    'are equal, `decisions` and `sealedDecisions` too, and `holeCount` is 0.',
})
export class EvidenceCompletenessType {
  @Field(() => Int, { description: 'The number of deliveries that were made in the month.' })
  deliveries: number;

  @Field(() => Int, {
    description:
      'The number of attempts that these deliveries count, whenever they were made, and of the calls of partners in the month.',
  })
  attempts: number;

  @Field(() => Int, { description: 'The number of their requests in the log.' })
  requests: number;

  @Field(() => Int, { description: 'The number of these requests that a signed head contains.' })
  sealed: number;

  @Field(() => Int, {
    description:
      'The number of requests that are on the wire, or finished within the last minute, and are not sealed yet.',
  })
  waiting: number;

  @Field(() => Int, { description: 'The number of deliveries that ended as SKIPPED, CANCELLED or EXHAUSTED.' })
  decisions: number;

  @Field(() => Int, { description: 'The number of these deliveries whose newest decision a signed head contains.' })
  sealedDecisions: number;

  @Field(() => Float, { description: 'The number of all holes; a whole number.' })
  holeCount: number;

  @Field(() => [EvidenceHoleType], { description: 'The first 100 holes. Empty: nothing is missing.' })
  holes: EvidenceHoleType[];

  @Field(() => Boolean, {
    description:
      'Whether the rows of the month were dropped, as a sealed order of the audit trail says: nothing of it is counted.',
  })
  dropped: boolean;

  @Field(() => String, {
    nullable: true,
    description:
      'One call counts up to 100,000 rows. This is the `after` of the next call, whose numbers are to be added; null: ' +
      'the month is counted to its end.',
  })
  next: string | null;
}
