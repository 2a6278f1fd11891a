// The limits of incoming calls: how much of a call is read, and how much of it is recorded.

/** The maximum size of a body, before and after decoding: 1 MiB. Of a larger body, the beginning is recorded. */
export const MAX_CALL_BYTES = 1024 * 1024;

/** How many headers are recorded. */
export const MAX_RECORDED_HEADERS = 200;
/** How many characters of the URL are recorded. */
export const MAX_RECORDED_URL_CHARACTERS = 4_096;

/** How many refused calls are recorded for each webhook and process: this number at once, then one per second. */
export const REFUSALS_AT_ONCE = 100;
export const REFUSALS_PER_SECOND = 1;
/** How many bytes of the body of a refused call are recorded, and how many after half of the refusals at once. */
export const MAX_REFUSED_BYTES = 256 * 1024;
export const MAX_REFUSED_BYTES_OF_MANY = 4 * 1024;
