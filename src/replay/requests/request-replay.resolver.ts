// A replay that one person requests, and another approves or declines.

import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Role, Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { InputError } from '../../errors/errors';
import { checkInput } from '../../graphql/arguments/check-input';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import type { Db } from '../../sql/db';
import { currentTime } from '../../time/clock';
import {
  type ApprovalRow,
  decideApproval,
  expireApprovals,
  insertApproval,
  waitingApproval,
} from '../../users/approvals/approval.store';
import { ApprovalType } from '../../users/approvals/approval.type';
import {
  approvalDetails,
  approvalToDecide,
  decisionOf,
  declineApproval,
  refuseSamePerson,
  refuseWithoutSecondPerson,
} from '../../users/approvals/second-person';
import { newId, timeOfId, toNodeId, uuidOf } from '../../values/ids';
import { refuseAuditReceivers } from '../../webhooks/changes/guarded-settings';
import { webhooksById } from '../../webhooks/webhook.store';
import { withEvaluations } from '../evaluate-skipped';
import { RequestReplayInput } from '../replay.type';
import { getDelivery, lockForReplay, replayOne } from '../replay-delivery';

/** The roles that decide: each of them may replay alone. */
export const REPLAY_DECIDERS: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER'];

const VALID_DAYS = 7;

const conflict = (message: string) => new InputError([{ field: ['deliveryId'], code: 'CONFLICT', message }]);

/** @throws InputError NOT_FOUND; CONFLICT with the reason why it cannot be sent again, waits already, or no one could decide */
async function requestReplay(db: Db, viewer: Viewer, deliveryId: string | null, reason: string): Promise<ApprovalRow> {
  const delivery = await getDelivery(db, deliveryId);
  await refuseWithoutSecondPerson(db, viewer.userId, REPLAY_DECIDERS, 'A replay that is requested', 'deliveryId');
  // two requests at once: the second one waits for the lock of the delivery, and finds the first
  const { deliveries, faults } = await lockForReplay(db, viewer, [delivery]);
  const fault = faults.get(delivery.id);
  if (fault !== undefined) throw conflict(fault);
  await expireApprovals(db, currentTime(), delivery.id);
  const waiting = await waitingApproval(db, delivery.id);
  if (waiting) {
    const until = waiting.expiresAt?.toISOString();
    const id = toNodeId('Approval', waiting.id);
    throw conflict(`A replay of this delivery was already requested: ${id} waits until ${until}.`);
  }
  const id = newId();
  const createdAt = timeOfId(id);
  const approval = await insertApproval(
    db,
    {
      id,
      kind: 'REPLAY',
      deliveryId: delivery.id,
      lastReplayId: deliveries[0]?.replayId ?? null,
      reason,
      requestedBy: viewer.userId,
      createdAt,
      expiresAt: new Date(createdAt.getTime() + VALID_DAYS * 24 * 3600_000),
    },
    null,
  );
  await record(db, viewer, 'replay.requested', approval, reason);
  return approval;
}

/** Replays the delivery as the viewer's own replay, which names the approval. @throws InputError */
export async function approveReplay(
  { db, transaction, traceparent }: Pick<Context, 'db' | 'transaction' | 'traceparent'>,
  viewer: Viewer,
  id: string,
  reason: string,
): Promise<ApprovalRow> {
  const { approval } = await withEvaluations(db, (evaluations, isLast) =>
    transaction(async (own) => {
      const approval = await approvalToDecide(own, id);
      refuseSamePerson(approval, viewer);
      const replayed = await replayOne(own, { viewer, evaluations, isLast }, approval.deliveryId, {
        field: 'id',
        reason: approval.reason,
        traceparent,
        approval,
      });
      if ('toEvaluate' in replayed) return replayed;
      const decision = { ...decisionOf(viewer, 'APPROVED', reason), replayId: replayed.replay.id };
      const decided = await decideApproval(own, id, decision, null);
      await record(own, viewer, 'replay.approved', approval, reason);
      return { approval: decided };
    }),
  );
  return approval;
}

/** @throws InputError */
export async function declineReplay(
  db: Db,
  viewer: Viewer,
  approval: ApprovalRow,
  reason: string,
): Promise<ApprovalRow> {
  const { webhookId } = await getDelivery(db, approval.deliveryId);
  refuseAuditReceivers(viewer, (await webhooksById(db, [webhookId])).values());
  const declined = await declineApproval(db, viewer, approval, reason);
  await record(db, viewer, 'replay.declined', approval, reason);
  return declined;
}

async function record(db: Db, viewer: Viewer, action: string, approval: ApprovalRow, reason: string): Promise<void> {
  const subject = { subjectType: 'Delivery', subjectId: approval.deliveryId };
  await recordAct(db, viewer, { action, ...subject, reason, details: approvalDetails(approval) });
}

const RequestReplayPayload = payloadOf('RequestReplay', { approval: [() => ApprovalType, 'The approval: WAITING.'] });

@Resolver()
export class RequestReplayResolver {
  @HasRole(...REPLAY_DECIDERS, 'SUPPORT')
  @Mutation(() => RequestReplayPayload, {
    description: withExample(
      'Requests that another person sends a finished delivery again. A SYSTEM_MANAGER or INTEGRATION_MANAGER other than you ' +
        'approves (`approve`) or declines it within 7 days. CONFLICT: it cannot be sent again, by the rules of replayDelivery; ' +
        'an approval of it is WAITING; or there is no other active user who could decide.',
      'mutation { requestReplay(input: { deliveryId: "dlv_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e", reason: "The partner lost it" }) { approval { id expiresAt } userErrors { message } } }',
    ),
  })
  requestReplay(
    @Ctx() context: Context,
    @Arg('input', () => RequestReplayInput, { description: 'The delivery, and the reason.' }) input: RequestReplayInput,
  ) {
    return answer({ approval: null as ApprovalRow | null }, async () => {
      checkInput(input);
      const id = uuidOf('Delivery', input.deliveryId);
      const viewer = context.viewer as Viewer;
      return { approval: await context.transaction((db) => requestReplay(db, viewer, id, input.reason)) };
    });
  }
}
