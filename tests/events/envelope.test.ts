import { useTestApp } from '../support/app';
import { type ReceivedCall, useReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook, invoice, publish } from '../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

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

// Published events are stored as their webhooks get them by default, so that both share one payload.

let types = 0;

const HOSTILE = [
  '{"data":{"data":1},"type":"x","timestamp":"2020"}',
  '{ "a" : 1.50, "b": 1e3,\n\t"ü😀": "}" }',
  '{"x":",\\"data\\":"}',
  '[",\\"data\\":", {"data":[]}]',
  '"text"',
  '1.0',
];

/** Publishes a document as it is written, for a document type with quotes. @returns the id of the event and its type */
async function publishText(text: string, documentType: string): Promise<string> {
  const event = JSON.stringify({ documentType, event: 'on,"data":', referenceDocument: 'E-1' });
  const response = await fetch(`${app.url}/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${app.adminKey}` },
    body: `${event.slice(0, -1)},"data":${text}}`,
  });
  const answer = (await response.json()) as { events: { id: string }[] };
  return answer.events[0]?.id as string;
}

const freshType = () => {
  types += 1;
  return `Odd ,"data": ${types}`;
};

async function callFor(settings: object, text: string): Promise<{ eventId: string; call: ReceivedCall }> {
  const documentType = freshType();
  await createTestWebhook(app, partner.url, { documentType, ...settings });
  const before = partner.calls.length;
  const eventId = await publishText(text, documentType);
  return { eventId, call: await waitFor('the call', () => partner.calls[before]) };
}

const payloadsOf = (eventId: string) =>
  app.database.query<{ own: boolean; enveloped: boolean }>(
    `select d.payload_id <> e.payload_id as own, e.enveloped
     from business_events e join deliveries d on d.business_event_id = e.id
     where e.id = $1::uuid`,
    [eventId.replace('evt_', '')],
  );

describe.each(HOSTILE)('a document %s', (text) => {
  test('is sent, and read in both ways, as it was written', async () => {
    const { eventId, call } = await callFor({}, text);
    const sent = call.body.toString();
    expect(sent.slice(sent.indexOf('Z","data":') + 10)).toBe(`${text}}`);
    expect(JSON.parse(sent)).toEqual({
      type: expect.stringMatching(/^odd_data_\d+\.on_data$/),
      timestamp: expect.any(String),
      data: JSON.parse(text),
    });
    expect(await payloadsOf(eventId)).toEqual([{ own: false, enveloped: true }]);
    const fields = 'data dataBody { text bytes truncated }';
    // answered in one statement, and by the resolvers
    for (const query of [
      `{ businessEvent(id: "${eventId}") { ${fields} } }`,
      `{ __typename ... { businessEvent(id: "${eventId}") { ${fields} } } }`,
    ]) {
      const { data } = await app.ask(query);
      expect(data.businessEvent).toEqual({
        data: JSON.parse(text),
        dataBody: { text, bytes: Buffer.byteLength(text), truncated: false },
      });
    }
  });

  test('is sent alone where the webhook wants the original', async () => {
    const { eventId, call } = await callFor({ bodyFormat: 'ORIGINAL' }, text);
    expect(call.body.toString()).toBe(text);
    expect(call.headers['content-type']).toBe('application/json');
    expect(await payloadsOf(eventId)).toEqual([{ own: true, enveloped: true }]);
  });
});

test('a webhook with another content type has a payload of its own, which is named so', async () => {
  const headers = [{ name: 'Content-Type', value: 'application/json; charset=utf-8' }];
  const { eventId, call } = await callFor({ headers }, '{"n":1}');
  expect(call.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(await payloadsOf(eventId)).toEqual([{ own: true, enveloped: true }]);
});

test('a template gets the document alone', async () => {
  const { call } = await callFor({ bodyFormat: 'JSON', body: '{"whole": {{ doc | json }} }' }, '{"n":1.50}');
  expect(call.body.toString()).toBe('{"whole": {"n":1.50} }');
});

test('an event that SQL published has the document alone, and repeats one that was published by a call', async () => {
  const documentType = freshType();
  await createTestWebhook(app, partner.url, { documentType, dedupeSeconds: 600 });
  const first = await publishText('{"n": 1}', documentType);
  await waitFor('the first', async () => (await payloadsOf(first)).length === 1);
  const [published] = await app.database.query<{ id: string }>(
    `select publish_event($1, 'on,"data":', 'E-1', '{"n": 1}'::json) as id`,
    [documentType],
  );
  const again = published?.id as string;
  const skip = await waitFor('the second', async () => {
    const [row] = await app.database.query<{ reason: string; enveloped: boolean }>(
      `select d.skip_reason as reason, e.enveloped from deliveries d join business_events e on e.id = d.business_event_id
       where e.id = $1`,
      [again],
    );
    return row;
  });
  expect(skip).toEqual({ reason: 'DUPLICATE', enveloped: false });
});
