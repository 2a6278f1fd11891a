import { useTestApp } from '../../support/app';
import { useReceiver } from '../../support/receiver';
import { waitFor } from '../../support/wait-for';
import { createTestWebhook } from '../../support/webhooks';

const app = useTestApp();
const partner = useReceiver();

test('hostile conditions and templates are skips, twenty good webhooks get the event, and the process goes on', async () => {
  const documentType = 'Sales Invoice';
  const hostile = [
    { condition: 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))' },
    { condition: 'duration(doc.digits) > duration("1h")' },
    {
      bodyFormat: 'JSON',
      body: '{% for a in doc.list %}{% for b in doc.list %}{% for c in doc.list %}{% endfor %}{% endfor %}{% endfor %}1',
    },
    { bodyFormat: 'JSON', body: `{% assign a = doc.digits %}${'{% assign a = a | append: a %}'.repeat(60)}1` },
  ];
  for (const settings of hostile) await createTestWebhook(app, partner.url, { documentType, ...settings });
  const good = Array.from({ length: 20 }, (_, n) => ({ documentType, condition: `doc.list.size() > ${n}` }));
  await Promise.all(good.map((settings) => createTestWebhook(app, partner.url, settings)));
  const before = partner.calls.length;
  const document = { list: Array.from({ length: 300 }, (_, n) => n), digits: '1'.repeat(100_000) };
  const events = Array.from({ length: 2 }, (_, n) => ({
    documentType,
    event: 'on_submit',
    referenceDocument: `INV-${n}`,
    data: document,
  }));

  await app.ask('mutation ($input: PublishEventsInput!) { publishEvents(input: $input) { userErrors { message } } }', {
    input: { events },
  });
  // four megabytes of documents, on whatever machine this is
  await waitFor('40 calls', () => partner.calls.length >= before + 40, 140_000);

  await waitFor(
    'a decision about each event',
    async () => (await app.database.query('select from pending_decisions limit 1')).length === 0,
    140_000,
  );

  const rows = await app.database.query(
    `select skip_reason as reason, count(*)::int as count from deliveries where document_type = $1
     group by 1 order by 1 nulls last`,
    [documentType],
  );
  expect(rows).toEqual([
    { reason: 'CONDITION_ERROR', count: 4 },
    { reason: 'TEMPLATE_ERROR', count: 4 },
    { reason: null, count: 40 },
  ]);
  const messages = await app.database.query<{ message: string }>(
    'select distinct skip_message as message from deliveries where document_type = $1 and skip_message is not null',
    [documentType],
  );
  expect(messages.map(({ message }) => message).sort()).toEqual(
    expect.arrayContaining([
      'The condition took longer than 50 ms of processor time, twice: it was stopped.',
      'The request took longer than 50 ms of processor time, twice: it was stopped.',
    ]),
  );
});
