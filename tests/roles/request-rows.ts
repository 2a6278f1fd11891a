import { toNodeId, uuidOf } from '../../src/ids';
import type { TestApp } from '../support/app';
import { askMutation, mutate } from '../support/mutate';
import type { Ids } from './paths';

/** @param endedDelivery makes a delivery that can be sent again */
export function requestMutations(app: TestApp, endedDelivery: (app: TestApp) => Promise<string>) {
  return {
    requestReplay: async () => `input: { deliveryId: "${await endedDelivery(app)}", reason: "made" }`,
    approveReplay: async () => decision(app, await endedDelivery(app)),
    declineReplay: async () => decision(app, await endedDelivery(app)),
  };
}

/** The input of a decision about a replay that none of the callers asked for. */
async function decision(app: TestApp, delivery: string): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into replay_requests (id, status, delivery_id, reason, requested_by, created_at, expires_at)
     select new_id(), 'WAITING', $1, 'made', id, now(), now() + interval '1 day' from users where name = 'amina'
     returning id`,
    [uuidOf('Delivery', delivery)],
  );
  return `input: { id: "${toNodeId('ReplayRequest', row?.id as string)}", reason: "made" }`;
}

/** Asked for by SUPPORT, and approved by the administrator. */
export async function approvedRequest(app: TestApp, deliveryId: string): Promise<Ids> {
  const input = { deliveryId, reason: 'They lost it' };
  const asked = await askMutation(app, 'requestReplay', input, 'request { id }', await app.keyFor('SUPPORT'));
  const { id } = asked.data.requestReplay.request;
  const { replay } = await mutate(app, 'approveReplay', { id, reason: 'Seen' }, 'replay { id }');
  return { ReplayRequest: id, 'Replay.request': replay.id, 'Delivery.replayRequests': deliveryId };
}
