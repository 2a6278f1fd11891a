import { startTestApp, type TestApp } from '../support/app';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.stop());

async function references(wantedBy: object): Promise<string[]> {
  const { data } = await app.ask(
    `query ($where: BusinessEventWhere) { businessEvents(where: $where) { nodes { referenceDocument wantedBy } } }`,
    { where: { wantedBy } },
  );
  return data.businessEvents.nodes.map((each: { referenceDocument: string }) => each.referenceDocument).sort();
}

test('events that no webhook matches are found, and those that are not decided yet', async () => {
  await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType: 'Wanted' });
  await createTestWebhook(app, 'http://127.0.0.1:9/', { documentType: 'Wanted', dedupeSeconds: 60 });
  await publish(app, [invoice('W-1', { documentType: 'Wanted' }), invoice('W-2'), invoice('W-3')]);
  await publish(app, [invoice('W-1', { documentType: 'Wanted' })]);
  await waitFor('all of them to be decided', async () => (await references({ isNull: true })).length === 0);
  expect(await references({ eq: 0 })).toEqual(['W-2', 'W-3']);
  // the second is a duplicate to one of the two, which wanted it all the same
  expect(await references({ eq: 2 })).toEqual(['W-1', 'W-1']);
  expect(await references({ gte: 1 })).toEqual(['W-1', 'W-1']);
  await app.database.query(`update business_events set wanted_by = null where reference_document = 'W-3'`);
  expect(await references({ isNull: true })).toEqual(['W-3']);
});
