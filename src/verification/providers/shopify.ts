import { inBody, inHeader } from '../call';
import type { Provider } from '../provider';
import { type HeaderSignature, readBodySignature } from '../read-signature';
import { issuedKey } from '../secret-forms';

const SIGNATURE: HeaderSignature = { header: 'X-Shopify-Hmac-Sha256', algorithm: 'SHA256', encoding: 'BASE64' };

/**
 * shopify.dev, "Verify webhook deliveries". X-Shopify-Webhook-Id stays the same when a delivery is repeated; the
 * X-Shopify-Event-Id, which older calls may have alone, is also shared by the topics of one event.
 */
export const shopify: Provider = {
  title: 'Shopify',
  secret: issuedKey("the app's client secret, or what the shop's notification settings say signs its webhooks"),
  signatureHeader: () => 'x-shopify-hmac-sha256',
  read: (call) => readBodySignature(call, SIGNATURE),
  places: {
    event: [inHeader('X-Shopify-Topic')],
    id: [inHeader('X-Shopify-Webhook-Id'), inHeader('X-Shopify-Event-Id')],
    reference: [inBody('$.id'), inBody('$.admin_graphql_api_id')],
  },
  knownByContent: true,
};
