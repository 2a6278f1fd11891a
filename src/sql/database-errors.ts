const CONNECTION_FAULTS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']);
/** Classes of SQLSTATE: connection exceptions; insufficient resources (disk, memory, connections). */
const CLASSES = ['08', '53'];
const DISK_FULL = '53100';
/** `max_connections`, or the limit of the database or of the login. */
const TOO_MANY_CONNECTIONS = '53300';
/** A configured limit, such as temp_file_limit: the same statement would exceed it again. */
const CONFIGURATION_LIMIT = '53400';
/** On a standby, such as after a failover, or by configuration. */
const READ_ONLY = '25006';
/** Of a Unix socket: it is made when PostgreSQL starts; too many connect at once. */
const SOCKET_FAULTS = new Set(['ENOENT', 'EAGAIN']);
const CODES = new Set([
  READ_ONLY,
  '25P03', // idle_in_transaction_session_timeout ended the session
  '57P01', // the server is being shut down
  '57P02', // it crashed
  '57P03', // it is starting
  '57P05', // idle_session_timeout ended the session
  '58030', // I/O error
]);
/** Node's codes of a certificate that is not trusted. */
const CERTIFICATE = /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_TLS_)/;
const QUERY_CANCELED = '57014';
/** The constraint of rows whose time is not that of the database: its clock was set, which is measured every ten seconds. */
const ROWS_ARE_IN_TIME = 'rows_are_in_time';
/** A row violates a constraint, which the error names, or fits no partition: then the error names no constraint. */
const CHECK_VIOLATION = '23514';

/** COMMIT was sent, and what came in place of its answer is not from the server: the transaction may have committed. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super(`The answer to COMMIT is lost: ${reasonOf(cause)}`, { cause });
    this.name = 'CommitUnknown';
  }
}

/** All connections of a pool were in use for as long as a caller waits for one. */
export class PoolFull extends Error {
  /** @param setting names the setting that has their number */
  constructor(setting: string, waitedMs: number) {
    super(`all connections of ${setting} were in use for ${waitedMs / 1_000} s`);
    this.name = 'PoolFull';
  }
}

/** None of the hosts of a URL has a server of the kind that the URL asks for. */
export class NoHost extends Error {
  /** Of a fault that waiting does not cure, such as a wrong password; undefined: there is none. */
  readonly code: string | undefined;

  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoHost';
    const { code } = causeOf(cause);
    this.code = typeof code === 'string' ? code : undefined;
  }
}

/** Whole tables are locked, and not single rows. */
export class TablesLocked extends Error {
  constructor(cause: unknown) {
    super('tables of deliveries are locked by another session', { cause });
    this.name = 'TablesLocked';
  }
}

interface Cause {
  code?: unknown;
  message?: unknown;
  syscall?: unknown;
  constraint?: unknown;
}

function causeOf(error: unknown): Cause {
  const outer = error as (Cause & { driverError?: object }) | null;
  return (outer?.driverError ?? outer ?? {}) as Cause;
}

/**
 * Whether the database is unreachable, shuts down, or cannot work (full disk, read-only, a clock that was set, no partition for the
 * month), or no connection is free: a later attempt may succeed.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  if (error instanceof CommitUnknown || error instanceof PoolFull) return true;
  if (error instanceof NoHost && error.code === undefined) return true;
  // TypeORM releases a connection that is lost during a transaction, and then the next statement fails with this error
  if (error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError') return true;
  const { code, message, syscall, constraint } = causeOf(error);
  if (constraint === ROWS_ARE_IN_TIME || isWithoutPartition(error)) return true;
  if (typeof code === 'string') {
    if (syscall === 'connect' && SOCKET_FAULTS.has(code)) return true;
    if (CONNECTION_FAULTS.has(code) || CODES.has(code) || CERTIFICATE.test(code)) return true;
    return CLASSES.includes(code.slice(0, 2)) && code !== CONFIGURATION_LIMIT;
  }
  // pg has no code for these
  return (
    typeof message === 'string' &&
    /connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|connection timeout|^timeout expired$/i.test(
      message,
    )
  );
}

/** Whether a row fits no partition: the clock of the database was set, and maintenance makes the partitions that are missing. */
export function isWithoutPartition(error: unknown): boolean {
  const { code, constraint } = causeOf(error);
  return code === CHECK_VIOLATION && constraint === undefined;
}

/**
 * Why the database is unavailable, as the end of "The database ...". For callers, so without names of hosts or tables.
 */
export function faultOfDatabase(error: unknown): string {
  const { code, constraint } = causeOf(error);
  if (constraint === ROWS_ARE_IN_TIME) return 'has another time than this server';
  if (isWithoutPartition(error)) return 'has no partition for the month of its clock yet';
  if (code === DISK_FULL) return 'has no space left on its disk';
  if (code === TOO_MANY_CONNECTIONS) return 'accepts no more connections';
  if (code === READ_ONLY) return 'is read-only';
  if (isCertificateFault(error)) return 'has a certificate that is not accepted';
  return 'cannot be reached';
}

/** A query of a standby keeps rows that the log says are gone: it is cancelled, or its session is ended. */
const CONFLICTS_WITH_RECOVERY = new Set(['40001', '40P01', '57P04']);

/** Whether the replay of the log has stopped a statement that reads. Elsewhere a statement that reads fails with none of these codes. */
export function isRecoveryConflict(error: unknown): boolean {
  return CONFLICTS_WITH_RECOVERY.has(String(causeOf(error).code));
}

/** Whether the primary may answer what a standby did not: not if it was too slow, or all connections were in use. */
export function isFaultOfStandby(error: unknown): boolean {
  return isRecoveryConflict(error) || (isDatabaseUnavailable(error) && !(error instanceof PoolFull));
}

/** Whether no session begins because the certificate of the server is not trusted, or has expired. */
export function isCertificateFault(error: unknown): boolean {
  return CERTIFICATE.test(String(causeOf(error).code));
}

/** Whether a statement that writes met a server that only reads, as a standby does. */
export function isReadOnlyFault(error: unknown): boolean {
  return causeOf(error).code === READ_ONLY;
}

/** Whether the database has opened no connection because it has as many as it accepts. */
export function isConnectionRefused(error: unknown): boolean {
  return causeOf(error).code === TOO_MANY_CONNECTIONS;
}

/** Why a caller is answered UNAVAILABLE, as a clause. */
export function whyUnavailable(error: unknown): string {
  return error instanceof PoolFull ? `the server is busy: ${error.message}` : `the database ${faultOfDatabase(error)}`;
}

/** Whether the server reported the error. If it answers COMMIT so, the transaction was rolled back. */
export function isFromServer(error: unknown): boolean {
  return (error as { severity?: unknown } | null)?.severity !== undefined;
}

/** Whether the server has rolled the transaction back. false: it is not known, the transaction may have committed */
export function isRolledBack(error: unknown): boolean {
  return isFromServer(error) && !isDatabaseUnavailable(error);
}

/** The reason of an error in one line. Node has no message if each of several addresses was refused. */
export function reasonOf(error: unknown): string {
  const { message, code } = causeOf(error);
  const reason = typeof message === 'string' && message !== '' ? message : code;
  return String(reason ?? error).split('\n', 1)[0] as string;
}

/** The SQLSTATE of an error of the database, or the name of another one. */
export function codeOf(error: unknown): string {
  const { code } = causeOf(error);
  return typeof code === 'string' ? code : error instanceof Error ? error.name : 'Error';
}

/** Whether a configured limit stopped the statement. */
export function isConfigurationLimit(error: unknown): boolean {
  return causeOf(error).code === CONFIGURATION_LIMIT;
}

/** Whether `statement_timeout` stopped the statement. */
export function isStatementTimeout(error: unknown): boolean {
  return causeOf(error).code === QUERY_CANCELED;
}

const PROGRAM_LIMIT = '54000';
const INTERNAL = 'XX000';

/** Whether a statement stopped because it made a value of more than 1 GB. */
export function isTooLargeForDatabase(error: unknown): boolean {
  const { code, message } = causeOf(error);
  return code === PROGRAM_LIMIT || (code === INTERNAL && String(message).startsWith('invalid memory alloc request'));
}

const UNIQUE_VIOLATION = '23505';

/** Whether a row with the same key is there already. */
export function isUniqueViolation(error: unknown): boolean {
  return causeOf(error).code === UNIQUE_VIOLATION;
}

/** Whether a row violates the constraint of this name, which may be one that a trigger names. */
export function isViolationOf(error: unknown, constraint: string): boolean {
  return causeOf(error).constraint === constraint;
}

const DEADLOCK = '40P01';

/**
 * Whether a failure says nothing about the rows that a transaction writes: the database is unavailable, whole tables are locked, or it has
 * ended a deadlock, which the same transaction does not meet again.
 */
export function isUnrelatedToRows(error: unknown): boolean {
  return isDatabaseUnavailable(error) || error instanceof TablesLocked || causeOf(error).code === DEADLOCK;
}

const LOCK_TIMEOUT = '55P03';
const OBJECT_IN_USE = '55006';

const CONFLICTS = new Set([
  LOCK_TIMEOUT,
  UNIQUE_VIOLATION, // another transaction has inserted the same key
  DEADLOCK,
]);

/** Whether a transaction met another one: the same transaction may succeed when the other has ended. */
export function isConflict(error: unknown): boolean {
  return CONFLICTS.has(String(causeOf(error).code));
}

/** Whether a statement gave up waiting for a lock: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function isLockTimeout(error: unknown): boolean {
  return causeOf(error).code === LOCK_TIMEOUT;
}

/** Whether tables, or what stands in them, are in use: the same may succeed later. */
export function isInUse(error: unknown): boolean {
  return isLockTimeout(error) || causeOf(error).code === OBJECT_IN_USE;
}

/** Whether a right is missing. */
export function isPermissionDenied(error: unknown): boolean {
  return causeOf(error).code === '42501';
}
