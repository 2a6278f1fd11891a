import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useTestApp } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const ABOUT = '{ about { version serverTime signInMethods oldestRequestAt } }';
const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };

const app = useTestApp();

test('callers without a key learn the version, the time and how to sign in, and nothing of the log', async () => {
  const { about } = (await app.ask(ABOUT, {}, null)).data;
  expect(about).toMatchObject({ version, signInMethods: ['API_KEY'], oldestRequestAt: null });
  const [row] = await app.database.query<{ now: Date }>('select now()');
  expect(Math.abs(Date.parse(String(about.serverTime)) - (row as { now: Date }).now.getTime())).toBeLessThan(600_000);
});

test('readers learn when the log begins, and a publisher does not', async () => {
  const read = async (key?: string) => (await app.ask(ABOUT, {}, key)).data.about.oldestRequestAt;
  expect(await read()).toBeNull();
  await createTestWebhook(app, 'http://127.0.0.1:9/hook');
  await publish(app, [invoice('INV-FIRST')]);
  const first = await waitFor('a request', async () => {
    const sql = 'select started_at as at from webhook_request_logs order by started_at limit 1';
    return (await app.database.query<{ at: Date }>(sql))[0];
  });
  expect(await read(await app.keyFor('SUPPORT'))).toBe(first.at.toISOString());
  expect(await read(await app.keyFor('PUBLISHER'))).toBeNull();
});
