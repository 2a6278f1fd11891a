// A start that finds what an earlier one has ordered, because it could not be erased yet, continues that order.

import { type JournalLine, noJournal } from '../../src/privacy/erasing/journal';
import { repeatErasures } from '../../src/privacy/erasing/repeat-erasures';
import { uuidOf } from '../../src/values/ids';
import { openStore, type Store } from '../evidence/stored-tree';
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { invoice, publish } from '../support/webhooks';

const app = useTestApi();
let store: Store;

beforeAll(async () => {
  store = await openStore(app.database);
});
afterAll(() => store.source.destroy());

test('a start orders only what no order of an earlier start has', async () => {
  const [first, second] = (await publish(app, [invoice('FIRST-1'), invoice('SECOND-1')])).map(
    (id) => uuidOf('BusinessEvent', id) as string,
  );
  const { user } = await mutate(app, 'createUser', { name: 'journaled', roles: [] }, 'user { id }');
  const person = uuidOf('User', user.id);
  const nothing = { at: '', erasure: '', events: [], deliveries: [], requests: [], user: null };
  const lines: JournalLine[] = [
    { ...nothing, events: [first as string] },
    { ...nothing, user: person },
  ];
  const journal = {
    ...noJournal,
    async *read() {
      yield* lines;
    },
  };
  const parts = { db: store.source.manager, transaction: store.transaction, journal };
  const orders = () =>
    app.database.query('select kind, status, user_id as "userId", event_ids as "eventIds" from erasures order by id');
  // nothing is sealed, so nothing can be erased
  const ofPerson = { kind: 'PERSON', status: 'ORDERED', userId: person, eventIds: [] };
  const ofFirst = { kind: 'REPEATED', status: 'ORDERED', userId: null, eventIds: [first] };
  for (let start = 0; start < 2; start += 1) {
    expect(await repeatErasures(parts)).toBe(0);
    expect(await orders()).toEqual([ofPerson, ofFirst]);
  }
  lines.push({ ...nothing, events: [first as string, second as string] });
  await repeatErasures(parts);
  expect(await orders()).toEqual([ofPerson, ofFirst, { ...ofFirst, eventIds: [second] }]);
});
