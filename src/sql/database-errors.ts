const CONNECTION_FAULTS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']);
/** Classes of SQLSTATE: the connection is lost; there is no room (disk, memory, connections). */
const CLASSES = ['08', '53'];
const DISK_FULL = '53100';
/** A limit that an operator set, such as temp_file_limit: the same statement would meet it again. */
const CONFIGURATION_LIMIT = '53400';
/** On a standby, as after a failover, or where an operator has set it so. */
const READ_ONLY = '25006';
const CODES = new Set([
  READ_ONLY,
  '25P03', // the session was idle in its transaction for too long, and was ended
  '57P01', // the server is being shut down
  '57P02', // it crashed
  '57P03', // it is starting
  '57P05', // the session was idle for too long, and was ended
  '58030', // its disk fails
]);
const QUERY_CANCELED = '57014';

function causeOf(error: unknown): { code?: unknown; message?: unknown } {
  const outer = error as { driverError?: object; code?: unknown; message?: unknown } | null;
  return (outer?.driverError ?? outer ?? {}) as { code?: unknown; message?: unknown };
}

/**
 * The database could not be reached, is going away, or cannot do its work (its disk is full, it is read-only): trying again
 * later may work.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  // TypeORM gives a connection back when it is lost in the middle of a transaction: the next statement finds it gone
  if (error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError') return true;
  const { code, message } = causeOf(error);
  if (typeof code === 'string') {
    if (CONNECTION_FAULTS.has(code) || CODES.has(code)) return true;
    return CLASSES.includes(code.slice(0, 2)) && code !== CONFIGURATION_LIMIT;
  }
  // pg has no code for these
  return (
    typeof message === 'string' &&
    /connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|connection timeout/i.test(
      message,
    )
  );
}

/** What the database cannot do, as a predicate: "The database ...". For callers: it names nothing of ours. */
export function whyUnavailable(error: unknown): string {
  const { code } = causeOf(error);
  if (code === DISK_FULL) return 'has no room on its disk';
  if (code === READ_ONLY) return 'is read-only';
  return 'cannot be reached';
}

/** What a library says was wrong, in one line: Node has no message where each of several addresses was refused. */
export function reasonOf(error: unknown): string {
  const { message, code } = causeOf(error);
  const reason = typeof message === 'string' && message !== '' ? message : code;
  return String(reason ?? error).split('\n', 1)[0] as string;
}

/** A limit that an operator set stopped the statement. */
export function isConfigurationLimit(error: unknown): boolean {
  return causeOf(error).code === CONFIGURATION_LIMIT;
}

/** `statement_timeout` stopped the statement. */
export function isStatementTimeout(error: unknown): boolean {
  return causeOf(error).code === QUERY_CANCELED;
}

const CONFLICTS = new Set([
  '55P03', // the wait for a lock took too long
  '23505', // another transaction has inserted the same key
  '40P01', // deadlock
]);

/** Whether a transaction met another one: the same transaction may succeed when the other has ended. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(String(causeOf(error).code));
}
