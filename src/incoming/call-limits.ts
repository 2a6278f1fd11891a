// The limits of incoming calls: how much of a call is read, and how much of it is recorded. Those of refused
// calls are in refusals/unrecorded-refusals.ts.

import { MAX_DECODED_BYTES } from '../verification/decode-content';

/** The maximum size of a body, before and after decoding: 1 MiB. Of a larger body, the beginning is recorded. */
export const MAX_CALL_BYTES = MAX_DECODED_BYTES;

/** How many headers are recorded. */
export const MAX_RECORDED_HEADERS = 200;
/** How many characters of the URL are recorded. */
export const MAX_RECORDED_URL_CHARACTERS = 4_096;
