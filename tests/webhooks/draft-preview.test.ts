// previewWebhook with settings that are not saved: their faults, and what they would have done with the newest events.

import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { createTestWebhook, publish } from '../support/webhooks';

// without a worker: what happens here is not sent
const app = useTestApi();

const URL = 'http://127.0.0.1:9/hook';
const QUERY = `mutation ($input: PreviewWebhookInput!) { previewWebhook(input: $input) {
  preview { faults { field line column message } matches conditionHolds skipReason skipMessage request { url body }
    recent { businessEvent { referenceDocument } outcome skipReason skipMessage } }
  userErrors { field code message } } }`;

async function preview(input: object, key?: string) {
  const { data, errors } = await app.ask(QUERY, { input }, key);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.previewWebhook;
}
const previewOf = async (draft: object, more: object = {}) => (await preview({ draft, ...more })).preview;

let types = 0;
/** Orders of a document type of their own. */
async function orders(totals: readonly (number | null)[]): Promise<{ documentType: string; eventIds: string[] }> {
  types += 1;
  const documentType = `Order ${types}`;
  const eventIds = await publish(
    app,
    totals.map((total, n) => ({
      documentType,
      event: n % 2 === 0 ? 'on_submit' : 'on_cancel',
      referenceDocument: `O-${n}`,
      data: { name: `O-${n}`, ...(total !== null && { total }) },
    })),
  );
  return { documentType, eventIds };
}

test.each([
  [{ condition: 'doc.total >' }, [['condition'], 1, 12]],
  [{ condition: 'doc.total > 1 &&\n  sum(doc) > 2' }, [['condition'], 2, 3]],
  [{ bodyFormat: 'JSON', body: '{\n  "a": {{ doc.a | jsn }}\n}' }, [['body'], 2, 8]],
  [{ bodyFormat: 'JSON', body: '{"a": }' }, [['body'], 1, 7]],
  [
    {
      headers: [
        { name: 'X-A', value: 'a' },
        { name: 'X-B', value: '{{ nobody }}' },
      ],
    },
    [['headers', '1', 'value'], 1, 4],
  ],
  [{ url: `${URL}/{{ doc.name }` }, [['url'], 1, 25]],
  [{ url: 'ftp://127.0.0.1/' }, [['url'], null, null]],
  [{ documentType: ' ' }, [['documentType'], null, null]],
  [{ events: Array(101).fill('on_submit') }, [['events'], null, null]],
  [{ condition: 'x'.repeat(4_001) }, [['condition'], null, null]],
])('%.70j has a fault with its place, and is not evaluated', async (draft, [field, line, column]) => {
  const { eventIds } = await orders([1]);
  const { faults, ...rest } = await previewOf(draft, { sample: { eventId: eventIds[0] } });
  expect(faults).toEqual([{ field, line, column, message: expect.stringMatching(/\.$/) }]);
  expect(rest).toEqual({
    matches: null,
    conditionHolds: null,
    skipReason: null,
    skipMessage: null,
    request: null,
    recent: null,
  });
});

test('a draft of a new webhook needs nothing but what is tried', async () => {
  const { documentType, eventIds } = await orders([5]);
  const shown = await previewOf({ documentType, condition: 'doc.total > 4' }, { sample: { eventId: eventIds[0] } });
  expect(shown).toMatchObject({ faults: [], matches: true, conditionHolds: true, request: { url: '' } });
  expect(await previewOf({ documentType })).toMatchObject({ matches: null, request: null, recent: [{}] });
});

test('a draft changes the stored webhook for the preview alone', async () => {
  const { documentType, eventIds } = await orders([5]);
  const { id } = await createTestWebhook(app, URL, { documentType, condition: 'doc.total > 100' });
  const input = { id, sample: { eventId: eventIds[0] } };
  const changed = await preview({ ...input, draft: { condition: null, bodyFormat: 'JSON', body: '{{ doc.total }}' } });
  expect(changed.preview).toMatchObject({ conditionHolds: null, skipReason: null, request: { url: URL, body: '5' } });
  expect((await preview(input)).preview).toMatchObject({ conditionHolds: false, skipReason: 'CONDITION_FALSE' });
});

test('the newest events that the draft is for have their outcome, newest first', async () => {
  const { documentType } = await orders([1, 60, 70, null, 80]);
  const draft = {
    documentType,
    events: ['on_submit', 'on_cancel'],
    condition: 'has(doc.total) ? doc.total > 50 : true',
    bodyFormat: 'JSON',
    body: '{{ doc.total }}',
  };
  const { recent } = await previewOf(draft);
  expect(
    recent.map(({ businessEvent, outcome, skipReason }: Recent) => [
      businessEvent.referenceDocument,
      outcome,
      skipReason,
    ]),
  ).toEqual([
    ['O-4', 'SENT', null],
    ['O-3', 'FAULT', 'TEMPLATE_ERROR'],
    ['O-2', 'SENT', null],
    ['O-1', 'SENT', null],
    ['O-0', 'SKIPPED', 'CONDITION_FALSE'],
  ]);
  expect(recent[1].skipMessage).toContain('There is no doc.total (line 1, column 4)');
  const submitted = await previewOf({ ...draft, events: ['on_submit'] });
  expect(submitted.recent.length).toBe(3);
});

interface Recent {
  businessEvent: { referenceDocument: string };
  outcome: string;
  skipReason: string | null;
}

test('of more than 50 events, the newest 50 are evaluated', async () => {
  const { documentType } = await orders(Array.from({ length: 60 }, (_, n) => n));
  const { recent } = await previewOf({ documentType, condition: 'doc.total < 20' });
  expect(recent.length).toBe(50);
  expect(recent.filter(({ outcome }: Recent) => outcome === 'SENT').length).toBe(10);
});

test('a condition that takes too long for each event ends, and the events it left are undecided', async () => {
  types += 1;
  const documentType = `Order ${types}`;
  const list = Array.from({ length: 300 }, (_, n) => n);
  await publish(
    app,
    list.slice(0, 40).map((n) => ({ documentType, event: 'e', referenceDocument: `O-${n}`, data: { list } })),
  );
  const condition = 'doc.list.all(a, doc.list.all(b, doc.list.all(c, a + b + c >= 0)))';
  const { recent } = await previewOf({ documentType, condition });
  expect(recent.length).toBe(40);
  // a machine that is too busy to judge an event leaves it undecided too
  for (const { outcome, skipMessage } of recent) {
    if (outcome !== 'UNDECIDED') expect(skipMessage).toContain('took longer than 50 ms');
  }
  expect(recent.at(-1)).toMatchObject({ outcome: 'UNDECIDED', skipReason: null, skipMessage: null });
});

const entries = async (subject: string | null, key: string) => {
  const { data } = await app.ask('{ viewer { id } }', {}, key);
  const rows = await app.database.prepared(
    `select details from audit_entries where action = 'webhook.previewed' and actor_id = '${uuid(data.viewer.id)}'
     and subject_id is not distinct from ${subject ? `'${uuid(subject)}'` : 'null'} order by id`,
  );
  return rows.map(({ details }) => (details === null ? null : JSON.parse(details as string)));
};
const uuid = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

test('previews of a draft make one entry in the audit trail for each webhook and event, however often it changes', async () => {
  const { documentType, eventIds } = await orders([1, 2]);
  const { id } = await createTestWebhook(app, URL, { documentType });
  const key = await app.keyFor('INTEGRATION_MANAGER');
  for (const condition of ['doc', 'doc.', 'doc.total', 'doc.total > 0'])
    await preview({ id, draft: { condition } }, key);
  expect(await entries(id, key)).toEqual([{ draft: true }]);
  for (const condition of ['true', 'false'])
    await preview({ id, draft: { condition }, sample: { eventId: eventIds[0] } }, key);
  await preview({ id, draft: { condition: 'true' }, sample: { eventId: eventIds[1] } }, key);
  expect(await entries(id, key)).toEqual([{ draft: true }, ...eventIds.map((event) => ({ draft: true, event }))]);
  for (const url of [URL, `${URL}/2`]) await preview({ draft: { url } }, key);
  expect(await entries(null, key)).toEqual([{ draft: true }]);
  // what is stored is previewed by a button, and recorded each time
  for (let n = 0; n < 2; n += 1) await preview({ id, sample: { eventId: eventIds[0] } }, key);
  expect((await entries(id, key)).length).toBe(5);
});

test.each([
  [{}, ['id'], 'REQUIRED'],
  [{ id: 'whk_00000000000070008000000000000000', draft: {} }, ['id'], 'NOT_FOUND'],
  [{ draft: {}, sample: { eventId: 'nonsense' } }, ['sample', 'eventId'], 'NOT_FOUND'],
])('%j is refused', async (input, field, code) => {
  const { userErrors, preview: shown } = await preview(input);
  expect(shown).toBeNull();
  expect(userErrors[0]).toMatchObject({ field, code });
});

test('a draft of an INCOMING webhook is refused', async () => {
  const { data } = await app.ask(
    'mutation { createWebhook(input: { name: "In", direction: INCOMING }) { webhook { id } } }',
  );
  const { userErrors } = await preview({ id: data.createWebhook.webhook.id, draft: { condition: 'true' } });
  expect(userErrors).toMatchObject([{ field: ['id'], code: 'INVALID' }]);
});

test('a manager from whom content is hidden sees the faults of a draft, and no outcomes', async () => {
  const rule = { roles: ['INTEGRATION_MANAGER'], part: 'DATA', path: '$.iban', strategy: 'HIDE' };
  const { maskingRule } = await mutate(app, 'createMaskingRule', rule, 'maskingRule { id }');
  const input = { draft: { condition: 'doc.iban == "x"' } };
  const { data, errors } = await app.ask(QUERY, { input }, await app.keyFor('INTEGRATION_MANAGER'));
  await mutate(app, 'deleteMaskingRule', { id: maskingRule.id });
  expect(data.previewWebhook.preview).toMatchObject({ faults: [], recent: null });
  expect(errors).toMatchObject([{ path: ['previewWebhook', 'preview', 'recent'], extensions: { code: 'FORBIDDEN' } }]);
});

test.each(['SUPPORT', 'AUDITOR', 'PUBLISHER'] as const)('%s may not try a draft', async (role) => {
  const { errors } = await app.ask(QUERY, { input: { draft: {} } }, await app.keyFor(role));
  expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
});
