// The settings of a webhook that only a SYSTEM_MANAGER may change: they decide who reads the audit trail and masked content.
import { Denied } from '../../errors';
import type { Viewer } from '../../viewer';
import type { WebhookRow } from '../webhook.store';

type Guarded = Pick<WebhookRow, 'name' | 'receiveAuditEvents' | 'supportMayReveal'>;

/** @param before null: it is created. @throws Denied */
export function refuseUnlessSystemManager(viewer: Viewer, before: Guarded | null, after: Guarded): void {
  if (viewer.roles.has('SYSTEM_MANAGER')) return;
  refuseAuditReceiver(before, after);
  refuseRevealChange(before, after);
}

// what was allowed for one address must not go to another
function refuseAuditReceiver(before: Guarded | null, after: Guarded): void {
  if (!(before?.receiveAuditEvents || after.receiveAuditEvents)) return;
  const message = before?.receiveAuditEvents
    ? `${before.name} receives the audit trail (receiveAuditEvents): only a SYSTEM_MANAGER may change its settings.`
    : 'receiveAuditEvents is true: only a SYSTEM_MANAGER may let a webhook receive the audit trail.';
  throw new Denied('Webhook.receiveAuditEvents', message, ['input', 'receiveAuditEvents']);
}

function refuseRevealChange(before: Guarded | null, { name, supportMayReveal }: Guarded): void {
  const was = before?.supportMayReveal ?? false;
  if (supportMayReveal === was) return;
  const message =
    `supportMayReveal of ${name} would be ${supportMayReveal} and is ${was}: only a SYSTEM_MANAGER may change it. Leave it ` +
    'as it is, or ask a SYSTEM_MANAGER.';
  throw new Denied('Webhook.supportMayReveal', message, ['input', 'supportMayReveal']);
}
