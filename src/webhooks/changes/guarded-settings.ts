// What only a SYSTEM_MANAGER may do with webhooks: it decides who reads the audit trail and masked content.

import type { Viewer } from '../../access/viewer';
import { Denied } from '../../errors/errors';
import type { Db } from '../../sql/db';
import { type WebhookRow, webhooksById } from '../webhook.store';

type AuditReceiver = Pick<WebhookRow, 'name' | 'receiveAuditEvents'>;
type Guarded = AuditReceiver & Pick<WebhookRow, 'supportMayReveal'>;

/**
 * Every mutation that takes a webhook or its deliveries calls this: a user who could pause a webhook that receives the audit trail,
 * rotate its secret or cancel its deliveries could act without being seen.
 * @throws Denied
 */
export function refuseAuditReceivers(viewer: Viewer, webhooks: Iterable<AuditReceiver>): void {
  if (viewer.roles.has('SYSTEM_MANAGER')) return;
  for (const { name, receiveAuditEvents } of webhooks) {
    if (!receiveAuditEvents) continue;
    throw denied(
      `${name} receives the audit trail (receiveAuditEvents): only a SYSTEM_MANAGER may change it, send to it or act on its ` +
        'deliveries. Leave it out, or ask a SYSTEM_MANAGER.',
    );
  }
}

/** As `refuseAuditReceivers`, for the webhooks that an INCOMING webhook begins or ceases to forward its calls to. @throws Denied */
export async function refuseAuditTargets(
  db: Db,
  viewer: Viewer,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const changed = [...before.filter((id) => !after.includes(id)), ...after.filter((id) => !before.includes(id))];
  if (changed.length > 0) refuseAuditReceivers(viewer, (await webhooksById(db, changed)).values());
}

/** @param before null: it is created. @throws Denied */
export function refuseUnlessSystemManager(viewer: Viewer, before: Guarded | null, after: Guarded): void {
  if (viewer.roles.has('SYSTEM_MANAGER')) return;
  if (before) refuseAuditReceivers(viewer, [before]);
  if (after.receiveAuditEvents) {
    throw denied('receiveAuditEvents is true: only a SYSTEM_MANAGER may let a webhook receive the audit trail.');
  }
  refuseRevealChange(before, after);
}

function denied(message: string): Denied {
  return new Denied('Webhook.receiveAuditEvents', message, ['input', 'receiveAuditEvents']);
}

function refuseRevealChange(before: Guarded | null, { name, supportMayReveal }: Guarded): void {
  const was = before?.supportMayReveal ?? false;
  if (supportMayReveal === was) return;
  const message =
    `supportMayReveal of ${name} would be ${supportMayReveal} and is ${was}: only a SYSTEM_MANAGER may change it. Leave it ` +
    'as it is, or ask a SYSTEM_MANAGER.';
  throw new Denied('Webhook.supportMayReveal', message, ['input', 'supportMayReveal']);
}
