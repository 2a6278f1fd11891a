import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { askAt } from '../support/app';
import { createTestDatabase } from '../support/database';
import { startProgram } from '../support/program';

/** What the program writes, which ends at once: all of it. */
async function refusalOf(env: Record<string, string>): Promise<string> {
  const error = await startProgram(env).then(
    () => new Error('it runs'),
    (thrown: Error) => thrown,
  );
  return error.message;
}

test('a port in use is named, without a stack', async () => {
  const database = await createTestDatabase();
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refusal = await refusalOf({
      DATABASE_URL: database.servingUrl,
      MIGRATION_DATABASE_URL: database.migrationUrl,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      ADMIN_API_KEY: 'a-key-that-is-hard-to-guess',
      PROCESSES: 'api',
      PORT: String(port),
    });
    expect(refusal).toContain(`  PORT: another program already listens on ${port}. Stop it, or name another port.\n`);
    expect(refusal).not.toContain('    at ');
  } finally {
    other.close();
    await database.drop();
  }
});

test('a first start that is refused after it made the first key shows the key: no later start does', async () => {
  const database = await createTestDatabase();
  const other = createServer().listen(0, '127.0.0.1');
  try {
    await once(other, 'listening');
    const env = {
      DATABASE_URL: database.servingUrl,
      MIGRATION_DATABASE_URL: database.migrationUrl,
      ENCRYPTION_KEY: randomBytes(32).toString('base64'),
      PROCESSES: 'api',
    };
    const refusal = await refusalOf({ ...env, PORT: String((other.address() as AddressInfo).port) });
    expect(refusal).toContain('PORT: another program already listens');
    const key = refusal.match(/^ {2}(hl_\S+)$/m)?.[1];
    const program = await startProgram({ ...env, PORT: '0' });
    const answer = await askAt(program.url as string, '{ viewer { name } }', {}, key);
    await program.kill('SIGKILL');
    expect(answer.data?.viewer.name).toBe('Administrator');
    expect(program.output()).not.toContain('hl_');
  } finally {
    other.close();
    await database.drop();
  }
});

test('a mistyped setting is named, before anything is started', async () => {
  expect(await refusalOf({ PORT: '0', ERASURE_JOURNAL_FIEL: '/var/lib/hookledger/erasures.ndjson' })).toBe(
    'it ended with 1 before it ran:\n' +
      'The configuration cannot work:\n' +
      '  ERASURE_JOURNAL_FIEL: there is no such setting. Name it ERASURE_JOURNAL_FILE, or remove it.\n',
  );
});
