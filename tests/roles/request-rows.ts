import { toNodeId, uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import type { Ids } from './paths';

/** @param endedDelivery makes a delivery that can be sent again */
export function requestMutations(app: TestApp, endedDelivery: (app: TestApp) => Promise<string>) {
  return {
    requestReplay: async () => `input: { deliveryId: "${await endedDelivery(app)}", reason: "made" }`,
    approve: async () => decision(app, await endedDelivery(app)),
    decline: async () => decision(app, await endedDelivery(app)),
  };
}

/** The input of a decision about a replay that none of the callers asked for. */
async function decision(app: TestApp, delivery: string): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into approvals (id, kind, status, delivery_id, reason, requested_by, created_at, expires_at)
     select new_id(), 'REPLAY', 'WAITING', $1, 'made', id, now(), now() + interval '1 day' from users where name = 'amina'
     returning id`,
    [uuidOf('Delivery', delivery)],
  );
  return `input: { id: "${toNodeId('Approval', row?.id as string)}", reason: "made" }`;
}

/** @returns one that names a row of each, as none does in practice */
export async function deadLetter(app: TestApp, ids: Ids): Promise<Ids> {
  const named = ['Delivery', 'BusinessEvent', 'Webhook', 'WebhookRequestLog'] as const;
  const [row] = await app.database.query<{ id: string }>(
    `insert into dead_letters (id, kind, work_id, delivery_id, business_event_id, webhook_id, request_id, code, error, failures,
       created_at, failed_at, retry_at)
     values (new_id(), 'INDEX', new_id(), $1, $2, $3, $4, 'P0001', 'refused', 1, now(), now(), now() + interval '1 day') returning id`,
    named.map((type) => uuidOf(type, ids[type] as string)),
  );
  return {
    DeadLetter: toNodeId('DeadLetter', row?.id as string),
    'Delivery.deadLetter': ids.Delivery as string,
    'BusinessEvent.deadLetters': ids.BusinessEvent as string,
  };
}

/** Asked for by SUPPORT, and approved by the administrator. */
export async function approvedRequest(app: TestApp, deliveryId: string): Promise<Ids> {
  const input = { deliveryId, reason: 'They lost it' };
  const asked = await askMutation(app, 'requestReplay', input, 'approval { id }', await app.keyFor('SUPPORT'));
  const { id } = asked.data.requestReplay.approval;
  const { approval } = await mutate(app, 'approve', { id, reason: 'Seen' }, 'approval { replay { id } }');
  return { Approval: id, 'Replay.approval': approval.replay.id, 'Delivery.approvals': deliveryId };
}
