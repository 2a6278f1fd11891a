import { Args, Ctx, Field, Float, ID, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { quoted } from '../../errors/errors';
import type { Context } from '../../graphql/context';
import { publishEnum, withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { toNodeId, uuidOf } from '../../values/ids';
import { refuseWithMessage } from '../../values/refuse-argument';
import { webhooksById } from '../../webhooks/webhook.store';
import {
  countMonth,
  HOLE_NAMES,
  type Hole,
  type HoleName,
  readMonth,
  readPosition,
  writePosition,
} from '../completeness/count-month';
import { CompletenessArgs } from './evidence.type';
import { EvidenceRowKindEnum, ROW_KIND_OF, type RowKind } from './evidence-filters.type';

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
class EvidenceCompletenessType {
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

@Resolver()
export class CompletenessResolver {
  @HasRole(...READERS)
  @Query(() => EvidenceCompletenessType, {
    nullable: true,
    description: withExample(
      'Whether the log of a month is complete, for one webhook or for all. Compares the attempts that ' +
        'deliveries have counted with the requests in the log and with the leaves of the sealed tree, and names ' +
        'what is missing. docs/evidence.md says what it cannot find.',
      '{ evidenceCompleteness(month: "2026-03", webhookId: "whk_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { attemptCount requestCount sealedCount ' +
        'waitingCount holeCount holes { name rowId deliveryId attemptNumber message } next } }',
    ),
  })
  async evidenceCompleteness(
    @Ctx() { db }: Context,
    @Args(() => CompletenessArgs) { month: text, webhookId, after }: CompletenessArgs,
  ): Promise<EvidenceCompletenessType> {
    const month = readMonth(text);
    if (!month) refuseWithMessage(`month must be a year and a month, such as 2026-03, not ${quoted(text)}.`, ['month']);
    const from = after == null ? null : readPosition(after);
    if (after != null && !from)
      refuseWithMessage(`after ${quoted(after)} is no \`next\` of evidenceCompleteness.`, ['after']);
    const webhook = webhookId == null ? null : uuidOf('Webhook', webhookId);
    if (webhookId != null && (webhook === null || (await webhooksById(db, [webhook])).size === 0)) {
      refuseWithMessage(`There is no webhook with the id ${quoted(webhookId)}.`, ['webhookId']);
    }
    const { named, next, isDropped, ...counts } = await countMonth(db, month, webhook, from);
    return {
      ...counts,
      holes: named.map(shown),
      rowsDropped: isDropped,
      next: next && writePosition(next),
    };
  }
}

function shown({ kind, rowId, deliveryId, attempt, ...hole }: Hole): EvidenceHoleType {
  const deliveryNode = deliveryId && toNodeId('Delivery', deliveryId);
  return {
    ...hole,
    rowKind: ROW_KIND_OF[kind],
    attemptNumber: attempt,
    rowId: rowId && (kind === 'request' ? toNodeId('WebhookRequestLog', rowId) : deliveryNode),
    deliveryId: deliveryNode,
  };
}
