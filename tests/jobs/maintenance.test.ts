import type { DataSource } from 'typeorm';
import { createDataSource } from '../../src/database/data-source';
import { startMaintenance } from '../../src/jobs/maintenance';
import { createKeyring } from '../../src/keyring/keyring';
import { createLog } from '../../src/logging/log';
import { failingLoops } from '../../src/time/loop';
import { uuidOf } from '../../src/values/ids';
import { useTestApi } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createKeyOf, createUserOf } from '../users/user-keys';

const app = useTestApi();
let source: DataSource;

beforeAll(async () => {
  source = await createDataSource(app.database.servingUrl, { name: 'test maintenance' }).initialize();
});
afterAll(() => source.destroy());

test('maintenance that cannot delete old rows still warns of keys that expire', async () => {
  const userId = await createUserOf(app, 'holder', ['AUDITOR']);
  const { apiKey } = await createKeyOf(app, { userId, label: 'of a holder' });
  await app.database.query(
    `update api_keys set created_at = now() - interval '90 days', expires_at = now() + interval '1 day' where id = $1`,
    [uuidOf('ApiKey', apiKey.id)],
  );
  const lines: string[] = [];
  const maintenance = startMaintenance(
    source,
    {
      mayDelete: () => Promise.reject(new Error('no row can be deleted')),
      onSet: () => undefined,
      stop: async () => undefined,
    },
    createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]),
    createLog('warn', { write: (line) => lines.push(line) }),
  );
  try {
    await waitFor('the failed step', async () => lines.some((line) => line.includes('no row can be deleted')));
  } finally {
    await maintenance.stop();
  }
  expect(lines.map((line) => JSON.parse(line))).toContainEqual(
    expect.objectContaining({ label: 'of a holder', msg: expect.stringContaining('expires soon') }),
  );
});

test('a step is named as failing until it works, or the process stops', async () => {
  let failure: Error | null = new Error('no row can be deleted');
  const clock = {
    mayDelete: () => (failure ? Promise.reject(failure) : Promise.resolve(false)),
    onSet: () => undefined,
    stop: async () => undefined,
  };
  const keyring = createKeyring([Buffer.from(app.env.ENCRYPTION_KEY as string, 'base64')]);
  const isNamed = () => failingLoops().some(({ loop }) => loop === 'maintenance: old rows');
  const maintenance = startMaintenance(source, clock, keyring, createLog('silent'));
  try {
    await waitFor('the failure', isNamed);
    failure = null;
    maintenance.wake();
    await waitFor('it to work', () => !isNamed());
    failure = new Error('no row can be deleted');
    maintenance.wake();
    await waitFor('the failure', isNamed);
  } finally {
    await maintenance.stop();
  }
  expect(isNamed()).toBe(false);
});
