// Who ordered and decided is known, as a person of the identity provider, for as long as what was ordered must be kept.
import { uuidOf } from '../../src/values/ids';
import { verify } from '../evidence/stored-tree';
import { type Orders, ordersOf } from '../privacy/erasing/orders';
import { dumpOf } from '../support/dump';
import { askMutation, mutate } from '../support/mutate';
import { person, type TestPerson } from './persons';
import { takeEffectNow } from './take-effect-now';
import { startWorld, type World } from './world';

let world: World;
let orders: Orders;

beforeAll(async () => {
  world = await startWorld();
  orders = await ordersOf(world.app);
});
afterAll(async () => {
  await orders?.stop();
  await world?.stop();
});

afterEach(() => world.reset());

type Known = TestPerson & { subject: string };

/** A release that one person has requested and another approved. */
async function released(): Promise<{ first: Known; second: Known; hold: string }> {
  const [first, second] = [await person(world), await person(world)];
  const id = await world.requested(first.headers);
  expect(await world.approve(id, second.headers)).toEqual([]);
  const { data } = await world.app.ask('query ($id: ID!) { approval(id: $id) { legalHold { id } } }', { id });
  return { first, second, hold: data.approval.legalHold.id };
}

async function entriesOf(subject: string) {
  const { data } = await world.app.ask(
    `query ($subject: ID!) { auditEntries(where: { subjectId: { eq: $subject } }, orderBy: { direction: ASC }) {
       nodes { action identityIssuer identitySubject evidence { status } } } }`,
    { subject },
  );
  return data.auditEntries.nodes.map(({ evidence, ...entry }: { evidence: { status: string } }) => ({
    ...entry,
    status: evidence.status,
  }));
}

test('the entries of a request and of its approval name the persons, sealed', async () => {
  const { first, second, hold } = await released();
  await orders.sealAll();
  const sealed = { identityIssuer: world.issuer, status: 'SEALED' };
  expect(await entriesOf(hold)).toEqual([
    { action: 'hold.placed', identityIssuer: null, identitySubject: null, status: 'SEALED' },
    { action: 'hold.release_requested', ...sealed, identitySubject: first.subject },
    { action: 'hold.released', ...sealed, identitySubject: second.subject },
  ]);
});

test('a person who has decided stays known while a hold or a minimum covers what was ordered, and then is gone everywhere', async () => {
  const { first, second, hold } = await released();
  const place = { name: 'Another case', documentType: 'Sales Invoice', reason: 'The court asked for it' };
  const { legalHold } = await mutate(world.app, 'placeLegalHold', place, 'legalHold { id }');
  const minimum = { minimumDays: 3650, minimumReason: 'Section 147 of the fiscal code', reason: 'The law' };
  await mutate(world.app, 'setRetention', minimum);
  await mutate(world.app, 'updateUser', { id: first.id, active: false });
  const order = { userId: second.id, reason: 'Request 17 under Art. 17' };
  await mutate(world.app, 'updateUser', { id: second.id, active: false });
  const { erasure } = await mutate(world.app, 'erasePerson', order, 'erasure { status }');
  expect(erasure.status).toBe('REQUESTED');
  expect(await takeEffectNow(world.app.database, world.store.transaction)).toBe(1);
  expect(await orders.carryOut()).toEqual({ status: 'DEFERRED', because: 'A legal hold covers them.' });
  expect((await entriesOf(hold)).at(-1)).toMatchObject({ identitySubject: second.subject, status: 'SEALED' });
  const { data } = await askMutation(
    world.app,
    'requestLegalHoldRelease',
    { id: legalHold.id, reason: 'Closed' },
    'approval { id }',
  );
  expect(data.requestLegalHoldRelease.userErrors).toEqual([]);
  expect(await takeEffectNow(world.app.database, world.store.transaction)).toBe(1);
  expect(await orders.carryOut()).toEqual({
    status: 'DEFERRED',
    because: 'The minimum for which they are kept has not passed.',
  });
  expect(await dumpOf(world.app.database)).toContain(second.subject);
  await mutate(world.app, 'setRetention', { reason: 'The law has changed' });
  expect(await orders.carryOut()).toEqual({ status: 'DONE', because: null });
  expect((await entriesOf(hold)).slice(-2)).toEqual([
    {
      action: 'hold.release_requested',
      identityIssuer: world.issuer,
      identitySubject: first.subject,
      status: 'SEALED',
    },
    { action: 'hold.released', identityIssuer: null, identitySubject: null, status: 'ERASED' },
  ]);
  expect(await verify(orders.store)).toEqual([]);
  const dump = await dumpOf(world.app.database);
  expect(dump).not.toContain(second.subject);
  expect(dump).not.toContain(second.email);
  const rows = await world.app.database.query(
    'select requester_subject, decider_subject from approvals where decided_by = $1',
    [uuidOf('User', second.id)],
  );
  expect(rows).toEqual([{ requester_subject: first.subject, decider_subject: null }]);
});
