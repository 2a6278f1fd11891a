import { createLog, lazyLog } from '../src/logging/log';
import { sessionConfig } from '../src/sql/session';
import { SessionPool } from '../src/sql/session-pool';
import { useTestDatabase } from './support/database';
import { waitFor } from './support/wait-for';

const database = useTestDatabase();

test('an error of a pool is logged without the client that met it, whose key cancels statements', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  const pool = new SessionPool({ ...sessionConfig({ name: 'to lose' }), connectionString: database.servingUrl });
  pool.on('error', (error) => log.warn({ err: error }, 'a connection was lost'));
  try {
    await pool.query('select 1');
    await waitFor('a lost connection to be reported', async () => {
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'hookledger to lose'`,
      );
      return lines.length > 0;
    });
  } finally {
    await pool.end();
  }
  const { err } = JSON.parse(lines[0] as string);
  expect(err).toMatchObject({ message: expect.any(String), stack: expect.any(String) });
  expect(Object.values(err).map((value) => typeof value)).not.toContain('object');
  expect(lines.join()).not.toContain('secretKey');
});

test('an error of a statement is logged without its values', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  const more = {
    code: '23505',
    parameters: ['in-a-value'],
    detail: 'Key (hash)=(in-a-row)',
    where: 'in-a-row',
    cause: 1,
  };
  log.error({ err: Object.assign(new Error('duplicate key'), more, { driverError: more }) }, 'a field failed');
  expect(JSON.parse(lines[0] as string).err).toMatchObject({ message: 'duplicate key', code: '23505' });
  expect(lines[0]).not.toMatch(/in-a-(value|row)/);
});

test('the log of a request is made with its first line, once', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  let made = 0;
  const ofRequest = lazyLog(() => {
    made += 1;
    return log.child({ reqId: 'r1' });
  });
  expect(made).toBe(0);
  ofRequest.warn({ code: 7 }, 'first');
  ofRequest.child({ part: 'a' }).error('second');
  expect(made).toBe(1);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { level: 40, reqId: 'r1', code: 7, msg: 'first' },
    { level: 50, reqId: 'r1', part: 'a', msg: 'second' },
  ]);
});
