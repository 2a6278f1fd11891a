import { askAt, startTestApp, type TestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { NEVER, type Receiver, startReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { invoice, publish } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { attemptsOf, countByStatus, deliveriesOf, giveJobsAway } from '../attempt/stored-attempts';
import { createOwnWebhook, startSecondWorker } from '../capacity/circuit-states';

let app: TestApp;
let partner: Receiver;
let doomed: Program;

beforeAll(async () => {
  [app, partner] = await Promise.all([startTestApp({ PROCESSES: 'api' }), startReceiver()]);
});
afterAll(async () => {
  await doomed.kill('SIGKILL');
  await Promise.all([app.stop(), partner.stop()]);
});

/** How many deliveries on the wire were made by the transaction that published their event. */
const PUBLISHED_WITH = `select count(*)::int as n from deliveries d join business_events e on e.id = d.business_event_id
  join payloads p on p.id = e.payload_id where d.open_request_id is not null and d.xmin = p.xmin`;

test('a process that publishes, fans out and sends in one is killed: each event arrives, and each attempt is accounted for', async () => {
  const webhook = await createOwnWebhook(app, partner.url);
  doomed = await startProgram({ ...app.env, PROCESSES: 'api,worker', PORT: '0' });
  const url = doomed.url as string;
  const serving = { ...app, ask: (query: string, variables?: object) => askAt(url, query, variables, app.adminKey) };
  await webhook.publishMany(1);
  await waitFor('the first event', () => partner.calls.length === 1);
  partner.answerWith(() => NEVER);
  const event = () => invoice('INV-1', { documentType: webhook.documentType });
  await Promise.all(Array.from({ length: 5 }, () => publish(serving, [event()])));
  await waitFor('the calls', () => partner.calls.length === 6);
  expect(await app.database.query(PUBLISHED_WITH)).toEqual([{ n: 5 }]);
  await doomed.kill('SIGKILL');
  partner.answerWith(() => ({}));
  await giveJobsAway(app);
  const successor = await startSecondWorker(app);
  await waitFor('everything', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 6);
  await successor.stop();
  expect(countByStatus(await attemptsOf(app, webhook.id))).toEqual({ UNKNOWN: 5, SUCCEEDED: 6 });
  expect(await strays(app)).toEqual([]);
});
