import { startQueue } from '../src/delivery/queue/queue';
import { createLog, lazyLog } from '../src/log';
import { createTestDatabase, type TestDatabase } from './support/database';
import { waitFor } from './support/wait-for';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('an error of the queue is logged without the client that met it, whose key cancels statements', async () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  const queue = await startQueue(database.servingUrl, {
    supervise: true,
    onError: (error) => log.warn({ err: error }, 'the queue reports an error'),
  });
  try {
    await waitFor('a lost connection to be reported', async () => {
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and application_name = 'hookledger queue' and state = 'idle'`,
      );
      return lines.length > 0;
    });
  } finally {
    await queue.stop();
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
