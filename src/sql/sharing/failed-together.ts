// Work for many that fails in one transaction is done for each by itself, so that nothing stops. That hides a fault, such as a statement
// that this version of PostgreSQL does not accept: each failure is counted, and logged once a minute.
import { createFaultLog, type Log } from '../../logging/log';
import { codeOf, isConflict, isStatementTimeout } from '../database-errors';

/** What is done for many at once. */
const WORK = {
  direct_publish: 'events cannot be published with their deliveries: they go through the outbox',
  publishing: 'events cannot be published together: those of each call are published by themselves',
  incoming: 'calls of partners cannot be recorded together: each is recorded by itself',
  attempts: 'the attempts of due deliveries cannot be begun together: each is begun by itself',
  fan_out: 'events cannot be fanned out together: each is fanned out by itself',
  decisions: 'pending decisions cannot be made together: each is made by itself',
  outcomes: 'the outcomes of attempts cannot be written together: each is written by itself',
  waiting: 'waiting deliveries cannot be made due together: each is made due by itself',
  take_over: 'the attempts of a worker that has ended cannot be taken over together: each is taken over by itself',
  following: 'requests cannot be counted or indexed together: those that fail are looked for',
  sealing: 'rows cannot be sealed together: each is sealed by itself',
} as const;
export type Work = keyof typeof WORK;

const REASONS = [
  // the database does not accept the statement, or not from this login
  'statement',
  // a row violates a constraint, or a value is out of range
  'data',
  'timeout',
  'conflict',
  // such as a lease that was lost
  'other',
] as const;
export type FailureReason = (typeof REASONS)[number];

/** Classes of SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const STATEMENT = ['0A', '42'];
const DATA = ['21', '22', '23'];

const counts = new Map<Work, Map<FailureReason, number>>(
  (Object.keys(WORK) as Work[]).map((work) => [work, new Map(REASONS.map((reason) => [reason, 0]))]),
);

/** How often each kind of work has failed in this process. */
export function failuresTogether(): { work: Work; reason: FailureReason; count: number }[] {
  return [...counts].flatMap(([work, own]) => [...own].map(([reason, count]) => ({ work, reason, count })));
}

/** Call it with the error of each transaction for many after which each part is done by itself. */
export type NoteFailedTogether = (error: unknown) => void;

export function createNoteFailedTogether(work: Work, log: Pick<Log, 'warn'>): NoteFailedTogether {
  const report = createFaultLog((error, unwritten) => log.warn({ err: error, unwritten }, WORK[work]));
  const own = counts.get(work) as Map<FailureReason, number>;
  return (error) => {
    const reason = reasonFor(error);
    own.set(reason, (own.get(reason) ?? 0) + 1);
    report(error);
  };
}

function reasonFor(error: unknown): FailureReason {
  if (isStatementTimeout(error)) return 'timeout';
  if (isConflict(error)) return 'conflict';
  const kind = codeOf(error).slice(0, 2);
  if (STATEMENT.includes(kind)) return 'statement';
  return DATA.includes(kind) ? 'data' : 'other';
}
