import { inBody, inHeader } from '../call';
import type { Provider } from '../provider';
import { STANDARD_SECRET } from '../secret-forms';
import { readStandardSignature } from '../standard-signature';

/** Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks, spec), "Webhook headers", "Payload structure". */
export const standardWebhooks: Provider = {
  title: 'Standard Webhooks',
  secret: STANDARD_SECRET,
  signatureHeader: () => 'webhook-signature',
  read: (call) => readStandardSignature(call, 'webhook'),
  places: { event: [inBody('$.type')], id: [inHeader('webhook-id')], reference: [inBody('$.data.id')] },
};
