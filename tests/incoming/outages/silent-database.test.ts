// While the database answers no one, callers receive an error before they give up.
import { Client } from 'pg';
import { startTestApp, type TestApp } from '../../support/app';
import { waitFor } from '../../support/wait-for';
import { type BareRoute, startBareRoute } from '../bodies/bare-route';
import { type Agreed, agree, callStandard, newCallId, receivedBy } from '../callers';

let app: TestApp;
let route: BareRoute;
let agreed: Agreed;

beforeAll(async () => {
  app = await startTestApp({ PROCESSES: 'api' });
  route = await startBareRoute(app, { databaseMs: 300, calls: { all: 1, ofWebhook: 1, ofSource: 1 } });
  const made = await agree(app);
  agreed = { ...made, address: route.addressOf(made) };
});
afterAll(async () => {
  await route?.stop();
  await app.stop();
});

test('a caller hears 503 while the database still works at the call, which holds its place until it has ended', async () => {
  const locking = new Client({ connectionString: app.database.superuserUrl });
  await locking.connect();
  await locking.query('begin; lock table incoming_ids in access exclusive mode');
  const id = newCallId();
  const body = '{"type":"paid"}';
  const answerToCall = async () => {
    const { status, headers, json } = await callStandard(agreed, body, { id });
    return [status, headers['retry-after'], json.errors?.[0].extensions.code, json.errors?.[0].message];
  };
  const unknown = 'The database does not answer, so it is not known whether the call was recorded. Send it again.';
  expect(await answerToCall()).toEqual([503, '5', 'UNAVAILABLE', unknown]);
  // the lock is still there, and so is what the first call holds
  expect(await answerToCall()).toEqual([503, '5', 'UNAVAILABLE', expect.stringContaining('Too many calls')]);
  await locking.query('rollback');
  await locking.end();
  await waitFor('room for another', async () => (await callStandard(agreed, body, { id })).status === 200);
  const rows = (await receivedBy(app, agreed)).filter((row) => row.headers.some(([, value]) => value === id));
  expect(rows.filter((row) => !row.duplicate)).toHaveLength(1);
});
