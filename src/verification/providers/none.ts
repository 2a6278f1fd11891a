import { inBody } from '../place';
import type { Provider } from '../provider';

/** NO VERIFICATION: anyone who knows the address can send any call. */
export const none: Provider = {
  title: 'None',
  secret: null,
  read: () => ({ proofs: [] }),
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};
