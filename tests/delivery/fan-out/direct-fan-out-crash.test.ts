import { askAt, type TestApp, useTestApp } from '../../support/app';
import { type Program, startProgram } from '../../support/program';
import { NEVER, useFreshReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { invoice, publish } from '../../support/webhooks';
import { strays } from '../attempt/invariants';
import { attemptsOf, countByStatus, deliveriesOf, expireLeases } from '../attempt/stored-attempts';
import { createOwnWebhook, startSecondWorker } from '../capacity/circuit-states';

const app = useTestApp({ PROCESSES: 'api' });
const partner = useFreshReceiver();
let doomed: Program;

afterEach(async () => {
  await doomed.kill('SIGKILL');
});

const EVENTS = 5;

/** A process that serves and delivers, and has delivered an event: it knows the webhook. */
async function startDoomed() {
  const webhook = await createOwnWebhook(app, partner.url);
  doomed = await startProgram({ ...app.env, PROCESSES: 'api,worker', PORT: '0' });
  await webhook.publishMany(1);
  await waitFor('the first event', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === 1);
  const publishAt = (ask: TestApp['ask']) =>
    Promise.all(
      Array.from({ length: EVENTS }, (_, n) =>
        publish({ ...app, ask }, [
          invoice(`INV-${n}`, { documentType: webhook.documentType, idempotencyKey: `${webhook.id} ${n}` }),
        ]),
      ),
    );
  const url = doomed.url as string;
  return {
    webhook,
    /** Its calls share a transaction. */
    publishThere: () => publishAt((query, variables) => askAt(url, query, variables, app.adminKey)),
    publishElsewhere: () => publishAt(app.ask),
  };
}

/** Each statement that does this to requests stands still, inside of its transaction, until the session is ended. */
async function standStillAt(
  change: 'insert' | 'update',
): Promise<{ untilStanding(): Promise<unknown>; end(): Promise<void> }> {
  const { database } = app;
  await database.query(`create function stand_still() returns trigger language plpgsql as $$
    begin perform pg_sleep(600); return null; end $$`);
  await database.query(`create trigger stand_still before ${change} on webhook_request_logs
    for each statement execute function stand_still()`);
  const standing = `from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'`;
  return {
    untilStanding: () =>
      waitFor('a transaction that stands still', async () => (await database.query(`select ${standing}`)).length > 0),
    // the server does not notice the death of its client before the statement has ended
    async end() {
      await database.query(`select pg_terminate_backend(pid) ${standing}`);
      await waitFor('its end', async () => (await database.query(`select ${standing}`)).length === 0);
      await database.query('drop function stand_still cascade');
    },
  };
}

/** How many deliveries on the wire were made by the transaction that published their event. */
const PUBLISHED_WITH = `select count(*)::int as n from deliveries d join business_events e on e.id = d.business_event_id
  join payloads p on p.id = e.payload_id where d.open_request_id is not null and d.xmin = p.xmin`;

/** All events arrive, with the one before them, and so many attempts are UNKNOWN. */
async function expectRecovery(webhook: { id: string }, unknown: number): Promise<void> {
  await expireLeases(app);
  const successor = await startSecondWorker(app);
  await waitFor('everything', async () => countByStatus(await deliveriesOf(app, webhook.id)).DELIVERED === EVENTS + 1);
  await successor.stop();
  const attempts = countByStatus(await attemptsOf(app, webhook.id));
  expect(attempts).toEqual({ ...(unknown > 0 && { UNKNOWN: unknown }), SUCCEEDED: EVENTS + 1 });
  expect(await strays(app)).toEqual([]);
}

describe('a process that publishes, fans out and sends in one is killed', () => {
  test('in the middle of the transaction that calls share: none of them is accepted, and their keys are free', async () => {
    const { webhook, publishThere, publishElsewhere } = await startDoomed();
    const still = await standStillAt('insert');
    const answer = publishThere().then(
      () => 'accepted',
      () => 'refused',
    );
    await still.untilStanding();
    await doomed.kill('SIGKILL');
    expect(await answer).toBe('refused');
    await still.end();
    const kept = 'select from business_events where document_type = $1';
    expect(await app.database.query(kept, [webhook.documentType])).toHaveLength(1);
    expect(partner.calls).toHaveLength(1);
    await publishElsewhere();
    await expectRecovery(webhook, 0);
    expect(partner.calls).toHaveLength(EVENTS + 1);
  });

  test('in the middle of its calls: each event arrives, and each attempt is accounted for', async () => {
    const { webhook, publishThere } = await startDoomed();
    partner.answerWith(() => NEVER);
    await publishThere();
    await waitFor('the calls', () => partner.calls.length === EVENTS + 1);
    expect(await app.database.query(PUBLISHED_WITH)).toEqual([{ n: EVENTS }]);
    await doomed.kill('SIGKILL');
    partner.answerWith(() => ({}));
    await expectRecovery(webhook, EVENTS);
  });

  test('while it writes the outcomes: their attempts are UNKNOWN, and they are made again', async () => {
    const { webhook, publishThere } = await startDoomed();
    const still = await standStillAt('update');
    await publishThere();
    await waitFor('the calls', () => partner.calls.length === EVENTS + 1);
    await still.untilStanding();
    await doomed.kill('SIGKILL');
    await still.end();
    await expectRecovery(webhook, EVENTS);
    expect(partner.calls).toHaveLength(2 * EVENTS + 1);
  });
});
