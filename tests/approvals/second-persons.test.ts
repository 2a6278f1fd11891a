// Who can approve an erasure or the release of a hold as a second person. Its own application, because it needs an identity provider.
import { uuidOf } from '../../src/values/ids';
import { askIn, sessionFor } from '../support/browser-session';
import { askMutation, mutate } from '../support/mutate';
import { known, person, signInAs, type TestPerson } from './persons';
import { takeEffectNow } from './take-effect-now';
import { startWorld, type World } from './world';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world?.stop());
afterEach(() => world.reset());

const REFUSED = [
  expect.objectContaining({ code: 'CONFLICT', message: expect.stringMatching(/^You cannot approve this/) }),
];

test('another person of the provider approves, and the entries name both', async () => {
  const [first, second] = [await person(world), await person(world)];
  const id = await world.requested(first.headers);
  expect(await world.approval(id)).toMatchObject({ status: 'WAITING', takesEffectAt: null });
  expect(await world.approve(id, first.headers)).toMatchObject([
    { message: expect.stringMatching(/^You requested this yourself/) },
  ]);
  const key = await sessionFor(world.app.url, world.app.adminKey);
  expect(await world.approve(id, key)).toMatchObject([{ message: expect.stringMatching(/^A person must do this/) }]);
  expect(await takeEffectNow(world.app.database, world.store.transaction)).toBe(0);
  expect(await world.approve(id, second.headers)).toEqual([]);
  expect(await world.approval(id)).toEqual({
    status: 'APPROVED',
    takesEffectAt: null,
    decidedBy: { id: second.id },
    legalHold: { releasedAt: expect.any(String) },
  });
  const rows = await world.app.database.query(
    'select requester_issuer, requester_subject, decider_issuer, decider_subject from approvals where id = $1',
    [uuidOf('Approval', id)],
  );
  expect(rows).toEqual([
    {
      requester_issuer: world.issuer,
      requester_subject: first.subject,
      decider_issuer: world.issuer,
      decider_subject: second.subject,
    },
  ]);
  expect(await world.approve(id, second.headers)).toMatchObject([
    { message: expect.stringMatching(/^It was APPROVED at/) },
  ]);
});

test('while another person could approve, it is requested in a session of the provider, by a person who is known there', async () => {
  const [colleague, young] = [await person(world), await person(world, { knownForHours: 23 })];
  expect(colleague.id).not.toBe(young.id);
  const refusals = [
    {
      by: world.app.adminKey,
      message: /^Another person can approve this, so a person must do this: sign in at the identity provider/,
    },
    { by: await sessionFor(world.app.url, world.app.adminKey), message: /so a person must do this/ },
    {
      by: young.headers,
      message: /^Another person can approve this, so you must be known to the identity provider for longer/,
    },
  ];
  for (const { by, message } of refusals) {
    const { approval: none, userErrors } = await world.request(by);
    expect(none).toBeNull();
    expect(userErrors).toEqual([{ field: ['id'], code: 'CONFLICT', message: expect.stringMatching(message) }]);
  }
});

test('where there is no other person, who has no identity may request it, and it waits', async () => {
  const id = await world.requested(world.app.adminKey);
  expect(await world.hoursLeft(id)).toBe(24);
  const late = await person(world);
  expect(await world.approve(id, late.headers)).toEqual(REFUSED);
});

test('a chain of three users who were made by each other has no second person', async () => {
  const first = await person(world);
  const make = async (maker: TestPerson) => {
    const { token } = await mutate(world.app, 'createApiKey', { userId: maker.id, label: 'of the maker' }, 'token');
    const name = `made-by-${maker.email}`;
    const created = await askMutation(
      world.app,
      'createUser',
      { name, email: name, roles: ['SYSTEM_MANAGER'] },
      'user { id }',
      token,
    );
    const { user } = created.data.createUser;
    const headers = await signInAs(world.store, world.issuer, `account of ${name}`, name);
    return { id: user.id, email: name, headers: headers as Record<string, string> } as TestPerson;
  };
  const second = await make(first);
  const third = await make(second);
  const id = await world.requested(first.headers);
  expect(await world.hoursLeft(id)).toBe(24);
  for (const { headers } of [second, third]) expect(await world.approve(id, headers)).toEqual(REFUSED);
});

test('who leaves her user, and signs in as one whom she has made, is still she', async () => {
  const [manager, colleague] = [await person(world), await person(world)];
  const id = await world.requested(manager.headers);
  expect(await world.hoursLeft(id)).toBeNull();
  const { user } = await mutate(world.app, 'createUser', { name: 'made', roles: ['SYSTEM_MANAGER'] }, 'user { id }');
  await known(world.store, uuidOf('User', user.id) as string, 100);
  await mutate(world.app, 'updateUser', { id: manager.id, unlinkIdentity: true, email: null });
  await mutate(world.app, 'updateUser', { id: user.id, email: manager.email });
  const headers = await signInAs(world.store, world.issuer, manager.subject, manager.email);
  expect(await world.approve(id, headers as Record<string, string>)).toEqual(REFUSED);
  // even if she had signed in as this user for long
  await known(world.store, uuidOf('User', user.id) as string, 100);
  expect(await world.approve(id, headers as Record<string, string>)).toEqual(REFUSED);
  expect(await world.approve(id, colleague.headers)).toEqual([]);
});

test('a user who was another person before is no second person', async () => {
  const [first, second] = [await person(world), await person(world)];
  await mutate(world.app, 'updateUser', { id: second.id, unlinkIdentity: true });
  const headers = await signInAs(world.store, world.issuer, 'another account', second.email);
  const id = await world.requested(first.headers);
  expect(await world.hoursLeft(id)).toBe(24);
  expect(await world.approve(id, headers as Record<string, string>)).toEqual(REFUSED);
});

test('persons of another issuer than that of now are none', async () => {
  const [first, second] = [await person(world), await person(world)];
  const id = await world.requested(first.headers);
  await world.app.database.query(`update approval_rules set issuer = 'https://login.example.com'`);
  expect(await world.hoursLeft(id)).toBe(24);
  expect(await world.approve(id, second.headers)).toEqual(REFUSED);
  expect(await world.hoursLeft(await world.requested(first.headers))).toBe(24);
});

test('the user who placed a hold does not approve its release', async () => {
  const [first, placer] = [await person(world), await person(world)];
  const { token } = await mutate(world.app, 'createApiKey', { userId: placer.id, label: 'of the placer' }, 'token');
  const hold = { name: 'Case', documentType: 'X', reason: 'The court asked for it' };
  const placed = await askMutation(world.app, 'placeLegalHold', hold, 'legalHold { id }', token);
  const query = `mutation { requestLegalHoldRelease(input: { id: "${placed.data.placeLegalHold.legalHold.id}", reason: "Closed" }) { approval { id } } }`;
  const { data } = await askIn(world.app.url, first.headers, query);
  const { id } = data.requestLegalHoldRelease.approval;
  expect(await world.hoursLeft(id)).toBe(24);
  expect(await world.approve(id, placer.headers)).toEqual(REFUSED);
});
