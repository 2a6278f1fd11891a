// Rows of holds and erasures, and inputs of their mutations.
import { toNodeId } from '../../src/values/ids';
import { tamperWith } from '../evidence/stored-tree';
import type { TestApp } from '../support/app';
import { invoice, publish } from '../support/webhooks';
import type { Ids } from './paths';
import type { Roles } from './table';

let made = 0;

export const privacyMutations = (app: TestApp, webhook: string) => ({
  previewErasure: () => 'input: { target: { businessDocument: { documentType: "Nothing", name: "X" } } }',
  placeLegalHold: () => `input: { name: "made", documentType: "Nothing", reason: "Tried by a test" }`,
  requestLegalHoldRelease: async () => `input: { id: "${(await makeHold(app)).hold}", reason: "Tried by a test" }`,
  setRetention: () => {
    made += 1;
    return `input: { webhookId: "${webhook}", contentDays: ${1000 + made}, reason: "Tried by a test" }`;
  },
  exportPersonalData: async () =>
    `input: { target: { userId: "${await makePerson(app)}" }, reason: "Tried by a test" }`,
  eraseDocument: async () =>
    `input: { documentType: "Erased", name: "${await makeEvent(app)}", reason: "Tried by a test" }`,
  erasePerson: async () => `input: { userId: "${await makePerson(app)}", reason: "Tried by a test" }`,
  eraseContent: async () => `input: { where: { id: { eq: "${await makeRequest(app)}" } }, reason: "Tried by a test" }`,
});

/** @returns the id of a hold, and of the approval that released it */
async function makeHold(app: TestApp, isReleased = false): Promise<{ hold: string; approval: string }> {
  const [row] = await app.database.query<{ hold: string; approval: string }>(
    `select new_id() as hold, new_id() as approval`,
  );
  const { hold, approval } = row as { hold: string; approval: string };
  await app.database.query(
    `insert into legal_holds (id, name, webhook_id, user_id, reason, placed_by, created_at)
     select $1, 'Dispute', (select id from webhooks limit 1), u.id, 'A dispute', u.id, now() from users u order by u.id limit 1`,
    [hold],
  );
  if (isReleased) {
    await makeApproval(app, 'HOLD_RELEASE', approval, hold);
    await app.database.query('update legal_holds set release_id = $2, released_at = now() where id = $1', [
      hold,
      approval,
    ]);
  }
  return { hold: toNodeId('LegalHold', hold), approval: toNodeId('Approval', approval) };
}

/** One that a second person has given. */
async function makeApproval(
  app: TestApp,
  kind: 'ERASURE' | 'HOLD_RELEASE',
  id: string,
  subject: string,
): Promise<void> {
  const column = kind === 'ERASURE' ? 'erasure_id' : 'legal_hold_id';
  await tamperWith(app.database, [
    `insert into approvals (id, kind, status, ${column}, reason, requested_by, created_at, decided_by, decided_at, decision_reason)
     select '${id}', '${kind}', 'APPROVED', '${subject}', 'It has ended', asked.id, now(), other.id, now(), 'Seen'
     from (select id from users order by id limit 1) as asked, (select id from users order by id desc limit 1) as other`,
  ]);
}

/** To others than SYSTEM_MANAGER and AUDITOR, approvals of erasures and of releases of holds do not exist. */
export function withKnownApprovals(roles: Roles, ids: Ids): Ids {
  if (roles?.some((role) => role === 'SYSTEM_MANAGER' || role === 'AUDITOR')) return ids;
  const { 'Approval.erasure': _erasure, 'Approval.legalHold': _legalHold, ...known } = ids;
  return known;
}

/** One row of each. */
export async function privacyIds(app: TestApp): Promise<Ids> {
  await app.database.query(
    `insert into retention_limits select id, 9999, null, null, null, 'As long as possible', (select id from users limit 1), now() from webhooks limit 1`,
  );
  await app.database.query(
    `insert into kept_months values ('ROWS', '2020-01-01', 'HOLD', null, date_trunc('milliseconds', now()))`,
  );
  const [released, erased] = [await makeHold(app, true), await makeErasure(app)];
  return {
    LegalHold: released.hold,
    'Approval.legalHold': released.approval,
    Erasure: erased.erasure,
    'Approval.erasure': erased.approval,
  };
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

/** @returns the id of an erasure that was approved, and of its approval */
async function makeErasure(app: TestApp): Promise<{ erasure: string; approval: string }> {
  const [row] = await app.database.query<{ erasure: string; approval: string }>(
    'select new_id() as erasure, new_id() as approval',
  );
  const { erasure, approval } = row as { erasure: string; approval: string };
  await makeApproval(app, 'ERASURE', approval, erasure);
  await app.database.query(
    `insert into erasures (id, kind, status, user_id, event_ids, request_ids, row_count, reason, ordered_by, created_at,
       approval_id, finished_at)
     select $1, 'CONTENT', 'DONE', u.id, '{}', '{}', 101, 'A request', u.id, now(), $2, now() from users u order by u.id limit 1`,
    [erasure, approval],
  );
  await app.database.query(
    `insert into erasure_recipients (erasure_id, webhook_id, host, first_at, last_at, requests)
     select $1, id, 'partner.example.com', now(), now(), 1 from webhooks order by id limit 1`,
    [erasure],
  );
  return { erasure: toNodeId('Erasure', erasure), approval: toNodeId('Approval', approval) };
}
