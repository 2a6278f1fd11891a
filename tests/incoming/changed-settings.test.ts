// Calls are decided by settings that are cached, and recorded if these are still current.

import { createRecorder, OutdatedCalls } from '../../src/incoming/record-calls';
import type { DecidedCall } from '../../src/incoming/recorded-call';
import { createLog } from '../../src/logging/log';
import { uuidOf } from '../../src/values/ids';
import { startTestApp, type TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import { waitFor } from '../support/wait-for';
import { type BareRoute, startBareRoute } from './bodies/bare-route';
import { type Agreed, agree, callStandard, eventsOf, lastReceived, newCallId, receivedBy } from './callers';

let app: TestApp;
let route: BareRoute;
/** null: transactions begin at once. */
let held: PromiseWithResolvers<void> | null = null;
let heldTransactions = 0;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  route = await startBareRoute(app, {}, async () => {
    if (held) heldTransactions += 1;
    await held?.promise;
  });
});
afterAll(async () => {
  await route.stop();
  await app.stop();
});

const BODY = '{"type":"moved"}';
const decided = () => ({ call: { body: Buffer.alloc(0) }, decision: { accepted: false } }) as DecidedCall;

/** With the address in the bare server, which has answered a call of it. */
async function agreeAndCall(): Promise<Agreed> {
  const agreed = await agree(app);
  const there = { ...agreed, address: route.addressOf(agreed) };
  expect((await callStandard(there, BODY)).status).toBe(200);
  return there;
}

/** Makes calls that are decided before the change, and recorded after it. */
async function whileHeld<Answer>(call: () => Promise<Answer>, change: () => Promise<unknown>): Promise<Answer> {
  held = Promise.withResolvers();
  heldTransactions = 0;
  const answer = call();
  await waitFor('their transaction', async () => heldTransactions > 0);
  await change();
  held.resolve();
  held = null;
  return answer;
}

async function replaceSecret(agreed: Agreed): Promise<Agreed> {
  const input = { id: agreed.id, overlapSeconds: 0 };
  const { userErrors, secret } = await mutate(app, 'rotateWebhookSecret', input, 'secret');
  expect(userErrors).toEqual([]);
  return { ...agreed, secret };
}

test('a call that was accepted by a secret which is replaced before it is recorded leaves only its refusal', async () => {
  const [agreed, other] = [await agreeAndCall(), await agreeAndCall()];
  const id = newCallId();
  let replaced = agreed;
  const [refused, accepted] = await whileHeld(
    () => Promise.all([callStandard(agreed, BODY, { id }), callStandard(other, BODY)]),
    async () => {
      replaced = await replaceSecret(agreed);
    },
  );
  expect([refused.status, accepted.status]).toEqual([401, 200]);
  expect(await lastReceived(app, agreed)).toMatchObject({ status: 'REFUSED', errorCode: 'UNKNOWN_KEY' });
  expect(await eventsOf(app, agreed)).toHaveLength(1);
  expect([await receivedBy(app, other), await eventsOf(app, other)].map((rows) => rows.length)).toEqual([2, 2]);
  // its id is not taken
  expect((await callStandard(replaced, BODY, { id })).status).toBe(200);
  expect(await lastReceived(app, agreed)).toMatchObject({ status: 'SUCCEEDED', duplicate: false });
  expect(await eventsOf(app, agreed)).toHaveLength(2);
});

test('of calls that share a transaction, only those with changed settings are not recorded', async () => {
  const [changed, current] = [decided(), decided()];
  let transactions = 0;
  const recorder = createRecorder(async () => {
    transactions += 1;
    if (transactions === 1) throw new OutdatedCalls(new Set([changed]));
    return ['recorded'] as never;
  }, createLog('silent'));
  expect(await Promise.all([recorder.add(changed), recorder.add(current)])).toEqual([null, 'recorded']);
  expect(transactions).toBe(2);
});

test('a call that is still right by the new settings is recorded by these', async () => {
  const agreed = await agreeAndCall();
  const changed = { id: agreed.id, documentType: 'Move' };
  const answer = await whileHeld(
    () => callStandard(agreed, BODY),
    async () => expect((await mutate(app, 'updateWebhook', changed)).userErrors).toEqual([]),
  );
  expect(answer.status).toBe(200);
  expect(await receivedBy(app, agreed)).toHaveLength(2);
  expect(await lastReceived(app, agreed)).toMatchObject({ status: 'SUCCEEDED', documentType: 'Move' });
});

test('an address that expires before the call is recorded leads nowhere', async () => {
  const agreed = await agreeAndCall();
  const expire = `update incoming_tokens set expires_at = now() - interval '1 second' where webhook_id = $1`;
  const answer = await whileHeld(
    () => callStandard(agreed, BODY),
    () => app.database.query(expire, [uuidOf('Webhook', agreed.id)]),
  );
  expect(answer.status).toBe(404);
  expect(await receivedBy(app, agreed)).toHaveLength(1);
});

test('a call is refused by the current settings, not by known ones', async () => {
  const agreed = await agreeAndCall();
  const replaced = await replaceSecret(agreed);
  expect((await callStandard(replaced, BODY)).status).toBe(200);
  expect((await callStandard(agreed, BODY)).status).toBe(401);
});

test('a known address is not looked up before the transaction, unless the call is refused', async () => {
  const agreed = await agreeAndCall();
  await route.endLookUps();
  expect((await callStandard(agreed, BODY)).status).toBe(200);
  expect((await callStandard(agreed, BODY, { at: new Date(0) })).status).toBe(500);
  expect(await receivedBy(app, agreed)).toHaveLength(2);
});
