import { Args, Ctx, Query, Resolver } from 'type-graphql';
import { quoted } from '../../errors';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { HasRole } from '../../graphql/roles/has-role';
import { toNodeId, uuidOf } from '../../ids';
import { refuseWithMessage } from '../../refuse-argument';
import { READERS } from '../../viewer';
import { webhooksById } from '../../webhooks/webhook.store';
import { countMonth, type Hole } from '../completeness/count-month';
import { readPosition, writePosition } from '../completeness/count-position';
import { readMonth } from '../completeness/month';
import { EvidenceCompletenessType, type EvidenceHoleType } from './completeness.type';
import { CompletenessArgs } from './evidence.inputs';
import { ROW_KIND_OF } from './row-kind.type';

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
