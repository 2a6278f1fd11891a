import type { Viewer } from '../../access/viewer';
import { recordAct } from '../../audit/write-audit-entry';
import { AppError, Denied, InputError, type UserError } from '../../errors/errors';
import { type RequestRow, requestsById } from '../../request-log/request-log.store';
import { type Db, rowOf, rowsOf, statement } from '../../sql/db';
import { currentMs } from '../../time/clock';
import { refuseProgram } from '../../users/approvals/second-person';
import { sessionsById } from '../../users/sessions/session.store';
import { firstIdAt } from '../../values/ids';
import { reasonFault } from '../../values/reason';
import { webhooksById } from '../../webhooks/webhook.store';
import { MASKED_PARTS, type MaskedPart } from '../rule';

/** So that reveals of one user at the same time do not exceed the limit. */
async function lockReveals(db: Db, userId: string): Promise<void> {
  await rowsOf(db, statement(`select pg_advisory_xact_lock(hashtext('hookledger.reveal'), hashtext($1))`), [userId]);
}

/** @param action of the entries. @param since the first id that counts */
async function countReveals(db: Db, userId: string, action: string, since: string): Promise<number> {
  const row = await rowOf<{ reveals: number }>(
    db,
    statement(
      `select count(*)::int as reveals from audit_entries where actor_id = $1 and action = $2 and id >= $3::uuid`,
    ),
    [userId, action, since],
  );
  return row?.reveals ?? 0;
}

async function isErased(db: Db, requestId: string): Promise<boolean> {
  const row = await rowOf<{ erased: boolean }>(
    db,
    statement('select erasure_id is not null as erased from webhook_request_logs where id = $1'),
    [requestId],
  );
  return row?.erased ?? false;
}

// Shows masked content of one request to a support agent, once, with a reason.

const REVEALED = 'content.revealed';

/** How long ago the viewer may have signed in. */
const SIGNED_IN_MS = 15 * 60_000;
const HOUR_MS = 3_600_000;
const MAX_AN_HOUR = 30;
const FIELD = 'Mutation.revealContent';

export interface RevealOrder {
  /** null: no id of a request. */
  requestId: string | null;
  parts: readonly MaskedPart[];
  reason: string;
  hasIdentityProvider: boolean;
}

/**
 * Checks that the viewer may see these parts, and records that they do. The caller reads them after the commit: no entry,
 * no answer.
 * @throws InputError, Denied, AppError LIMIT_EXCEEDED
 */
export async function recordReveal(db: Db, viewer: Viewer, order: RevealOrder): Promise<RequestRow> {
  const parts = MASKED_PARTS.filter((part) => order.parts.includes(part));
  const faults: UserError[] = [];
  const fault = reasonFault(order.reason);
  if (fault !== null) faults.push(fault);
  if (parts.length === 0) {
    faults.push({ field: ['parts'], code: 'REQUIRED', message: `parts must name some of ${MASKED_PARTS.join(', ')}.` });
  }
  const request =
    order.requestId === null ? undefined : (await requestsById(db, [order.requestId])).get(order.requestId);
  if (!request) faults.push({ field: ['requestId'], code: 'NOT_FOUND', message: 'There is no request with this id.' });
  if (faults.length > 0 || !request) throw new InputError(faults);
  refuseProgram(viewer, order.hasIdentityProvider);
  await refuseOldSignIn(db, viewer);
  await refuseForbidden(db, request);
  await refuseErased(db, request);
  await lockReveals(db, viewer.userId);
  if ((await countReveals(db, viewer.userId, REVEALED, firstIdAt(currentMs() - HOUR_MS))) >= MAX_AN_HOUR) {
    const message = `You have revealed content ${MAX_AN_HOUR} times within an hour, which is the limit. Try again later.`;
    throw new AppError('LIMIT_EXCEEDED', message);
  }
  await recordAct(db, viewer, {
    action: REVEALED,
    subjectType: 'WebhookRequestLog',
    subjectId: request.id,
    reason: order.reason.trim(),
    details: { parts },
  });
  return request;
}

async function refuseOldSignIn(db: Db, { sessionId }: Viewer): Promise<void> {
  const session = sessionId === null ? undefined : (await sessionsById(db, [sessionId])).get(sessionId);
  if (session && currentMs() - session.createdAt.getTime() <= SIGNED_IN_MS) return;
  const message = 'You signed in more than 15 minutes ago: sign in again, and repeat it.';
  throw new InputError([{ field: null, code: 'INVALID', message }]);
}

async function refuseForbidden(db: Db, { webhookId }: RequestRow): Promise<void> {
  const webhook = webhookId === null ? undefined : (await webhooksById(db, [webhookId])).get(webhookId);
  if (webhook?.supportMayReveal) return;
  const name = webhook ? `${webhook.name} does not let` : 'A request without a webhook does not let';
  throw new Denied(FIELD, `${name} SUPPORT reveal content: ask a SYSTEM_MANAGER, who may set supportMayReveal.`);
}

async function refuseErased(db: Db, { id }: RequestRow): Promise<void> {
  if (!(await isErased(db, id))) return;
  const message = 'The content of this request was erased: there is nothing to reveal.';
  throw new InputError([{ field: ['requestId'], code: 'CONFLICT', message }]);
}
