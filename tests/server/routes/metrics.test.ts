// What monitors see while the database gives no answers, or not all of them.
import { startTestApp, type TestApp } from '../../support/app';
import { type RawAnswer, sendRaw } from '../../support/raw-http';
import { waitFor } from '../../support/wait-for';

let app: TestApp;
const get = (path: string): Promise<RawAnswer> => sendRaw(`${app.url}${path}`, { method: 'GET' });
const metrics = async () => (await get('/metrics')).text;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
});
afterAll(() => app.stop());

test('while a table is locked, its metric is missing, all others are there, and readiness is answered', async () => {
  await app.database.query('begin');
  await app.database.query('lock table deliveries_pause, pending_decisions in access exclusive mode');
  const text = await waitFor('a text without them', async () => {
    const found = await metrics();
    return !/^hookledger_pending_decisions /m.test(found) && found;
  });
  expect(text).not.toMatch(/^hookledger_deliveries_paused /m);
  expect(text).toMatch(/^hookledger_evidence_behind_seconds \d/m);
  expect(text).toMatch(/^hookledger_dead_letters\{kind="JOB"\} 0$/m);
  expect(text).toMatch(/^hookledger_ready\{check="database"\} 1$/m);
  await app.database.query('rollback');
  await waitFor('them', async () => /^hookledger_pending_decisions 0$/m.test(await metrics()));
});
