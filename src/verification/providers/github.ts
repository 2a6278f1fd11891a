import { inBody, inHeader } from '../call';
import type { Provider } from '../provider';
import { type HeaderSignature, readBodySignature } from '../read-signature';
import { CHOSEN_KEY } from '../secret-forms';

const SIGNATURE: HeaderSignature = {
  header: 'X-Hub-Signature-256',
  prefix: 'sha256=',
  algorithm: 'SHA256',
  encoding: 'HEX',
};

/**
 * docs.github.com, "Validating webhook deliveries" and "Webhook events and payloads", delivery headers. The older
 * X-Hub-Signature (SHA-1) is ignored. A redelivery has the same X-GitHub-Delivery.
 */
export const github: Provider = {
  title: 'GitHub',
  secret: CHOSEN_KEY,
  signatureHeader: () => 'x-hub-signature-256',
  read: (call) => readBodySignature(call, SIGNATURE),
  places: {
    event: [inHeader('X-GitHub-Event')],
    id: [inHeader('X-GitHub-Delivery')],
    // also in a form
    reference: ['$', '$.payload'].flatMap((root) => [
      inBody(`${root}.repository.full_name`),
      inBody(`${root}.organization.login`),
    ]),
  },
  knownByContent: true,
};
