// Webhooks that receive the audit trail: what a SYSTEM_MANAGER allowed for one address must not go to another.
import { Denied } from '../../errors';
import type { Viewer } from '../../viewer';
import type { WebhookRow } from '../webhook.store';

type Receiver = Pick<WebhookRow, 'name' | 'receiveAuditEvents'>;

/** @param before null: it is created. @throws Denied */
export function refuseAuditReceiver(viewer: Viewer, before: Receiver | null, after: Receiver): void {
  if (viewer.roles.has('SYSTEM_MANAGER') || !(before?.receiveAuditEvents || after.receiveAuditEvents)) return;
  const message = before?.receiveAuditEvents
    ? `${before.name} receives the audit trail (receiveAuditEvents): only a SYSTEM_MANAGER may change its settings.`
    : 'receiveAuditEvents is true: only a SYSTEM_MANAGER may let a webhook receive the audit trail.';
  throw new Denied('Webhook.receiveAuditEvents', message, ['input', 'receiveAuditEvents']);
}
