// Rows of holds and erasures, and inputs of their mutations.
import { toNodeId } from '../../src/ids';
import type { TestApp } from '../support/app';
import { invoice, publish } from '../support/webhooks';

let made = 0;

export const privacyMutations = (app: TestApp, webhook: string) => ({
  placeLegalHold: () => `input: { name: "made", documentType: "Nothing", reason: "Tried by a test" }`,
  requestLegalHoldRelease: async () => `input: { id: "${await makeHold(app)}", reason: "Tried by a test" }`,
  setRetention: () => {
    made += 1;
    return `input: { webhookId: "${webhook}", contentDays: ${1000 + made}, reason: "Tried by a test" }`;
  },
  exportPersonalData: async () => `input: { userId: "${await makePerson(app)}", reason: "Tried by a test" }`,
  eraseDocument: async () =>
    `input: { documentType: "Erased", name: "${await makeEvent(app)}", reason: "Tried by a test" }`,
  erasePerson: async () => `input: { userId: "${await makePerson(app)}", reason: "Tried by a test" }`,
  eraseContent: async () => `input: { where: { id: { eq: "${await makeRequest(app)}" } }, reason: "Tried by a test" }`,
  approveErasure: async () => `input: { id: "${await makeErasure(app)}" }`,
  declineErasure: async () => `input: { id: "${await makeErasure(app)}" }`,
  releaseLegalHold: async () => `input: { id: "${await makeHold(app)}" }`,
});

/** @returns the id of a hold that another person wants to be released, or of one that was */
async function makeHold(app: TestApp, isReleased = false): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into legal_holds (id, name, webhook_id, user_id, reason, placed_by, created_at, release_requested_by,
       release_requested_at, release_reason, released_by, released_at)
     select new_id(), 'Dispute', (select id from webhooks limit 1), asked.id, 'A dispute', asked.id, now(), asked.id, now(),
       'It has ended', case when $1 then other.id end, case when $1 then now() end
     from (select id from users order by id limit 1) as asked, (select id from users order by id desc limit 1) as other
     returning id`,
    [isReleased],
  );
  return toNodeId('LegalHold', row?.id as string);
}

/** One row of each. */
export async function privacyIds(app: TestApp): Promise<{ LegalHold: string; Erasure: string }> {
  await app.database.query(
    `insert into retention_limits select id, 9999, null, null, null, 'As long as possible', (select id from users limit 1), now() from webhooks limit 1`,
  );
  await app.database.query(
    `insert into kept_months values ('ROWS', '2020-01-01', 'HOLD', null, date_trunc('milliseconds', now()))`,
  );
  return { LegalHold: await makeHold(app, true), Erasure: await makeErasure(app, true) };
}

/** @returns the document of an event */
async function makeEvent(app: TestApp): Promise<string> {
  made += 1;
  await publish(app, [invoice(`ERASED-${made}`, { documentType: 'Erased' })]);
  return `ERASED-${made}`;
}

async function makePerson(app: TestApp): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into users (id, name, roles, active, created_at, updated_at)
     values (new_id(), 'erased-' || new_id(), '{}', true, now(), now()) returning id`,
  );
  return toNodeId('User', row?.id as string);
}

async function makeRequest(app: TestApp): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into webhook_request_logs (id, direction, status, attempt_number, duplicate, method, url, started_at, finished_at)
     values (new_id(), 'INCOMING', 'REFUSED', 1, false, 'POST', '/in/x', now(), now()) returning id`,
  );
  return toNodeId('WebhookRequestLog', row?.id as string);
}

/** @returns the id of an erasure that waits for a second person, or of one that was declined */
async function makeErasure(app: TestApp, isDeclined = false): Promise<string> {
  const [row] = await app.database.query<{ id: string }>(
    `insert into erasures (id, kind, status, user_id, event_ids, request_ids, row_count, reason, ordered_by, created_at,
       decided_by, decided_at, finished_at)
     select new_id(), 'CONTENT', case when $1 then 'DECLINED' else 'REQUESTED' end, case when $1 then asked.id end, '{}', '{}', 101, 'A request',
       asked.id, now(), case when $1 then other.id end, case when $1 then now() end, case when $1 then now() end
     from (select id from users order by id limit 1) as asked, (select id from users order by id desc limit 1) as other
     returning id`,
    [isDeclined],
  );
  await app.database.query(
    `insert into erasure_recipients (erasure_id, webhook_id, host, first_at, last_at, requests)
     select $1, id, 'partner.example.com', now(), now(), 1 from webhooks order by id limit 1`,
    [row?.id],
  );
  return toNodeId('Erasure', row?.id as string);
}
