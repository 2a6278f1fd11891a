/** Begins each entry of the log of PostgreSQL: the application name of the session, and the SQLSTATE. */
export const PREFIX = '%m [%p] %a|%e ';

const ENTRY = /^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ([^|]*)\|\w{5} (\w+): /;
/** What is said further about an entry. */
const FURTHER = new Set(['DETAIL', 'HINT', 'CONTEXT', 'QUERY', 'LOCATION', 'STATEMENT']);
/** Sessions of the program have a name that begins so; statements of the tests themselves have none. */
const PROGRAM = 'hookledger';

/** The errors that PostgreSQL reported to sessions of the program, each with its statement. */
export function errorsOfProgram(log: string): string[] {
  const errors: string[] = [];
  let isOfError = false;
  for (const line of log.split('\n')) {
    const [, program, level] = ENTRY.exec(line) ?? [];
    if (level !== undefined && !FURTHER.has(level)) {
      isOfError = program?.startsWith(PROGRAM) === true && (level === 'ERROR' || level === 'PANIC');
    }
    if (isOfError) errors.push(line);
  }
  return errors;
}
