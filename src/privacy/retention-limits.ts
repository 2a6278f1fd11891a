// Sets how long content and rows are kept.
import { isDeepStrictEqual } from 'node:util';
import type { Viewer } from '../access/viewer';
import { recordAct } from '../audit/write-audit-entry';
import { InputError, type UserError } from '../errors/errors';
import type { Db } from '../sql/db';
import { currentTime } from '../time/clock';
import { uuidOf } from '../values/ids';
import { reasonFault } from '../values/reason';
import { textFault } from '../values/text';
import { webhooksById } from '../webhooks/webhook.store';
import { ALL_WEBHOOKS, limitForUpdate, type RetentionLimitRow, saveLimit } from './retention-limit.store';

const MAX_DAYS = 36_500;
/** With fewer months, rows would be dropped that idempotency keys and retries still need. */
const MIN_MONTHS = 2;
const MAX_MONTHS = 1_200;

export interface RetentionOrder {
  webhookId?: string | null;
  contentDays?: number | null;
  minimumDays?: number | null;
  minimumReason?: string | null;
  rowMonths?: number | null;
  reason: string;
}

/** Replaces the limit as a whole. With the settings and the reason that it has, nothing changes. @throws InputError for each fault */
export async function setRetention(db: Db, viewer: Viewer, order: RetentionOrder): Promise<RetentionLimitRow> {
  const { contentDays = null, minimumDays = null, minimumReason = null, rowMonths = null } = order;
  const faults: UserError[] = [];
  const add = (field: string, code: UserError['code'], message: string) =>
    faults.push({ field: [field], code, message });
  for (const [field, days] of Object.entries({ contentDays, minimumDays })) {
    if (days !== null && (days < 1 || days > MAX_DAYS)) {
      add(field, 'INVALID', `${field} must be 1 to ${MAX_DAYS} days, not ${days}.`);
    }
  }
  if (minimumDays !== null && minimumReason === null) {
    add(
      'minimumReason',
      'REQUIRED',
      'minimumReason must be given with minimumDays: the law or contract that asks for it.',
    );
  }
  if (minimumDays === null && minimumReason !== null) {
    add('minimumDays', 'REQUIRED', 'minimumDays must be given with minimumReason.');
  }
  if (rowMonths !== null && (rowMonths < MIN_MONTHS || rowMonths > MAX_MONTHS)) {
    add('rowMonths', 'INVALID', `rowMonths must be ${MIN_MONTHS} to ${MAX_MONTHS} months, not ${rowMonths}.`);
  } else if (rowMonths !== null && order.webhookId != null) {
    add('rowMonths', 'INVALID', 'rowMonths is for all webhooks: leave out webhookId. A month is dropped as a whole.');
  }
  const ground = minimumReason === null ? null : textFault(minimumReason, ['minimumReason']);
  if (ground) faults.push(ground);
  const fault = reasonFault(order.reason);
  if (fault !== null) faults.push(fault);
  const id = order.webhookId == null ? ALL_WEBHOOKS : uuidOf('Webhook', order.webhookId);
  if (id === null || (id !== ALL_WEBHOOKS && !(await webhooksById(db, [id])).has(id))) {
    add('webhookId', 'NOT_FOUND', 'There is no webhook with this id.');
  }
  if (faults.length > 0 || id === null) throw new InputError(faults);
  const before = await limitForUpdate(db, id);
  const settings = { contentDays, minimumDays, minimumReason, rowMonths };
  const reason = order.reason.trim();
  const was = before && settingsOf(before);
  // a program that sets it again each day must not postpone it: a limit applies a day after its last change
  if (before?.reason === reason && isDeepStrictEqual(was, settings)) return before;
  const limit = { id, ...settings, reason, changedBy: viewer.userId, changedAt: currentTime() };
  await saveLimit(db, limit);
  const subject = { subjectType: id === ALL_WEBHOOKS ? 'Retention' : 'Webhook', subjectId: id };
  const details = { before: was, after: settings };
  await recordAct(db, viewer, { action: 'retention.changed', ...subject, reason, details });
  return limit;
}

function settingsOf({ contentDays, minimumDays, minimumReason, rowMonths }: RetentionLimitRow) {
  return { contentDays, minimumDays, minimumReason, rowMonths };
}
