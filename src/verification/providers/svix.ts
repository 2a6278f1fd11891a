import { inBody, inHeader } from '../call';
import type { Provider } from '../provider';
import { STANDARD_SECRET } from '../secret-forms';
import { readStandardSignature } from '../standard-signature';

/** docs.svix.com, "Verifying Webhooks Manually": Standard Webhooks with headers of its own. */
export const svix: Provider = {
  title: 'Svix',
  secret: STANDARD_SECRET,
  signatureHeader: () => 'svix-signature',
  read: (call) => readStandardSignature(call, 'svix'),
  places: { event: [inBody('$.type')], id: [inHeader('svix-id')], reference: [inBody('$.data.id')] },
};
