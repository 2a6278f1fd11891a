import { askAt, useTestApi } from '../support/app';
import { invoice } from '../support/webhooks';

const app = useTestApi();

const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id duplicate } userErrors { field code message } }
}`;

async function publish(events: object[]) {
  const answer = await askAt(app.url, PUBLISH, { input: { events } }, app.adminKey);
  if (answer.errors) throw new Error(JSON.stringify(answer.errors));
  return answer.data.publishEvents as {
    events: { id: string; duplicate: boolean }[] | null;
    userErrors: { field: string[]; code: string }[];
  };
}

async function countOf(reference: string): Promise<number> {
  const sql = 'select count(*)::int as n from business_events where reference_document like $1';
  return (await app.database.query<{ n: number }>(sql, [reference]))[0]?.n ?? 0;
}

test('twenty identical publishes at the same instant make one event, and all others say so', async () => {
  const event = invoice('INV-SAME', { idempotencyKey: 'same' });
  const answers = await Promise.all(Array.from({ length: 20 }, () => publish([event])));
  const published = answers.flatMap((answer) => answer.events ?? []);
  expect(new Set(published.map((each) => each.id)).size).toBe(1);
  expect(published.filter((each) => !each.duplicate)).toHaveLength(1);
  expect(published).toHaveLength(20);
  expect(await countOf('INV-SAME')).toBe(1);
});

test('batches with the same keys in opposite order do not lock each other out', async () => {
  for (let round = 0; round < 10; round += 1) {
    const events = Array.from({ length: 100 }, (_, n) =>
      invoice(`R${round}-${n}`, { idempotencyKey: `r${round}-${n}`, user: `user-${round}-${n % 7}` }),
    );
    const answers = await Promise.all([publish(events), publish(events.toReversed()), publish(events.toSorted())]);
    const ids = answers.map((answer) => answer.events?.map((event) => event.id).sort());
    expect(ids[1]).toEqual(ids[0]);
    expect(ids[2]).toEqual(ids[0]);
    expect(await countOf(`R${round}-%`)).toBe(100);
  }
});

test('of two publishes of one key with other content at the same instant, one is a conflict', async () => {
  const answers = await Promise.all([
    publish([invoice('INV-A', { idempotencyKey: 'two' })]),
    publish([invoice('INV-B', { idempotencyKey: 'two' })]),
  ]);
  const refused = answers.filter((answer) => answer.events === null);
  expect(refused).toHaveLength(1);
  expect(refused[0]?.userErrors).toMatchObject([{ field: ['events', '0', 'idempotencyKey'], code: 'CONFLICT' }]);
  expect((await countOf('INV-A')) + (await countOf('INV-B'))).toBe(1);
});

test('one key twice in one batch is one event', async () => {
  const event = invoice('INV-TWICE', { idempotencyKey: 'twice' });
  const { events } = await publish([event, event]);
  expect(events?.map((each) => each.duplicate)).toEqual([false, true]);
  expect(events?.[1]?.id).toBe(events?.[0]?.id);
  expect(await countOf('INV-TWICE')).toBe(1);
});

test('a new user named by many publishes at the same instant is made once', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => publish([invoice(`INV-U${n}`, { user: 'a new user' })])));
  expect(await app.database.query(`select count(*)::int as n from users where name = 'a new user'`)).toEqual([
    { n: 1 },
  ]);
});
