const HOUR_MS = 3_600_000;

/** A session that is not used for so long ends. */
export const IDLE_MS = HOUR_MS;

/** A session ends after so long, however much it is used. */
export const MAX_AGE_MS = 12 * HOUR_MS;

/**
 * A session whose beginning is later than this time from now began while the clock of the database was ahead. It has ended: by its own
 * times it would live longer than allowed.
 */
export const MAX_AHEAD_MS = HOUR_MS / 6;

/** Live sessions of one user. Signing in once more ends the one that was not used for the longest time. */
export const MAX_SESSIONS = 50;
