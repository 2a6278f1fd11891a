import type { Services } from '../../src/graphql/context';
import { NO_MASKS } from '../../src/masking/masks-of-viewer';

/** For a test that runs the schema without an application: nothing is masked. */
export const UNMASKED = {
  maskingRules: { refresh: async () => undefined, changed: () => undefined, masksFor: () => NO_MASKS },
} as unknown as Services;
