import { inBody } from '../call';
import type { Provider } from '../provider';
import { type HeaderSignature, readBodySignature } from '../read-signature';
import { CHOSEN_KEY } from '../secret-forms';

const SIGNATURE: HeaderSignature = { header: 'X-Frappe-Webhook-Signature', algorithm: 'SHA256', encoding: 'BASE64' };

/**
 * docs.frappe.io, "Webhooks", and what Frappe does in `get_webhook_headers` and `enqueue_webhook` of
 * frappe/integrations/doctype/webhook/webhook.py: with every request structure it sends and signs JSON, without a
 * content type unless one is configured. No time is signed.
 */
export const frappe: Provider = {
  title: 'Frappe',
  secret: CHOSEN_KEY,
  signatureHeader: () => 'x-frappe-webhook-signature',
  read: (call) => readBodySignature(call, SIGNATURE),
  places: { event: [inBody('$.event'), inBody('$.doctype')], id: [], reference: [inBody('$.name')] },
  json: true,
};
