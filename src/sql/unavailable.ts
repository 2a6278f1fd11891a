const CONNECTION_FAULTS = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOTFOUND', 'ETIMEDOUT', 'EAI_AGAIN']);
const ADMIN_SHUTDOWN = '57P01';
const CRASH_SHUTDOWN = '57P02';
const CANNOT_CONNECT_NOW = '57P03';
const TOO_MANY_CONNECTIONS = '53300';
const QUERY_CANCELED = '57014';

function causeOf(error: unknown): { code?: unknown; message?: unknown } {
  const outer = error as { driverError?: object; code?: unknown; message?: unknown } | null;
  return (outer?.driverError ?? outer ?? {}) as { code?: unknown; message?: unknown };
}

/** The database could not be reached or is going away: trying again later may work. */
export function isDatabaseUnavailable(error: unknown): boolean {
  // TypeORM gives a connection back when it is lost in the middle of a transaction: the next statement finds it gone
  if (error instanceof Error && error.name === 'QueryRunnerAlreadyReleasedError') return true;
  const { code, message } = causeOf(error);
  if (typeof code === 'string') {
    return (
      CONNECTION_FAULTS.has(code) ||
      code.startsWith('08') ||
      [ADMIN_SHUTDOWN, CRASH_SHUTDOWN, CANNOT_CONNECT_NOW, TOO_MANY_CONNECTIONS].includes(code)
    );
  }
  // pg has no code for these
  return (
    typeof message === 'string' &&
    /connection terminated|client has encountered a connection error|timeout exceeded when trying to connect|connection timeout/i.test(
      message,
    )
  );
}

/** What a library says was wrong, in one line: Node has no message where each of several addresses was refused. */
export function reasonOf(error: unknown): string {
  const { message, code } = causeOf(error);
  const reason = typeof message === 'string' && message !== '' ? message : code;
  return String(reason ?? error).split('\n', 1)[0] as string;
}

/** `statement_timeout` stopped the statement. */
export function isStatementTimeout(error: unknown): boolean {
  return causeOf(error).code === QUERY_CANCELED;
}
