// How long an erasure or the release of a hold waits, and who is told. Its own application, because it needs an identity provider.
import { announceApprovals } from '../../src/approvals/decide';
import { tamperWith } from '../evidence/stored-tree';
import { askIn } from '../support/browser-session';
import { askMutation, mutate } from '../support/mutate';
import { person } from './persons';
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

test('when colleagues are deactivated while it waits, its time begins then', async () => {
  const [first, second] = [await person(world), await person(world)];
  const id = await world.requested(first.headers);
  expect(await world.hoursLeft(id)).toBeNull();
  await mutate(world.app, 'updateUser', { id: second.id, active: false });
  expect(await world.hoursLeft(id)).toBe(24);
  await mutate(world.app, 'updateUser', { id: second.id, active: true });
  expect(await world.approve(id, second.headers)).toEqual(REFUSED);
});

test('the time begins again when a SYSTEM_MANAGER changes, or a key or session of theirs is revoked by another', async () => {
  const manager = await person(world, { knownForHours: 1 });
  const support = await person(world, { roles: ['SUPPORT'] });
  const id = await world.requested(world.app.adminKey);
  const { apiKey, token } = await mutate(
    world.app,
    'createApiKey',
    { userId: manager.id, label: 'of the manager' },
    'token apiKey { id }',
  );
  const own = await mutate(world.app, 'createApiKey', { userId: manager.id, label: 'of her own' }, 'apiKey { id }');
  const { id: session } =
    (await askIn(world.app.url, manager.headers, '{ mySessions { nodes { id } } }')).data.mySessions.nodes[0] ?? {};
  const restarts: [what: string, act: () => Promise<unknown>, restarts: boolean][] = [
    [
      'an act of another role',
      () => mutate(world.app, 'updateUser', { id: support.id, email: 'support@example.com' }),
      false,
    ],
    ['a full name', () => mutate(world.app, 'updateUser', { id: manager.id, fullName: 'M. Anager' }), false],
    ['her own key', () => askMutation(world.app, 'revokeApiKey', { id: own.apiKey.id }, '', token), false],
    ['an address', () => mutate(world.app, 'updateUser', { id: manager.id, email: 'other@example.com' }), true],
    ['roles', () => mutate(world.app, 'updateUser', { id: manager.id, roles: ['SYSTEM_MANAGER', 'AUDITOR'] }), true],
    ['a key', () => mutate(world.app, 'revokeApiKey', { id: apiKey.id }), true],
    ['a session', () => mutate(world.app, 'revokeSession', { id: session }), true],
    ['an identity', () => mutate(world.app, 'updateUser', { id: manager.id, unlinkIdentity: true }), true],
    ['a state', () => mutate(world.app, 'updateUser', { id: manager.id, active: false }), true],
  ];
  for (const [what, act, isRestarted] of restarts) {
    await world.passHours(id, 10);
    const before = await world.hoursLeft(id);
    await act();
    expect([what, await world.hoursLeft(id)]).toEqual([what, isRestarted ? 24 : before]);
    await tamperWith(world.app.database, [
      `update approvals set takes_effect_at = now() + interval '1 d' where status = 'WAITING'`,
    ]);
  }
});

test('what nobody declines takes effect, nobody has decided it, and the trail says that it waited', async () => {
  const id = await world.requested(world.app.adminKey);
  expect(await takeEffectNow(world.app.database, world.store.transaction)).toBe(1);
  expect(await world.approval(id)).toEqual({
    status: 'APPROVED',
    takesEffectAt: expect.any(String),
    decidedBy: null,
    legalHold: { releasedAt: expect.any(String) },
  });
  const { data } = await world.app.ask(
    '{ auditEntries(first: 1, where: { action: { eq: "hold.released" } }) { nodes { actorKind actor { id } reason details } } }',
  );
  expect(data.auditEntries.nodes).toEqual([
    {
      actorKind: 'SYSTEM',
      actor: null,
      reason: 'The case was closed',
      details: expect.objectContaining({ approval: id, waitedUntil: (await world.approval(id)).takesEffectAt }),
    },
  ]);
});

test('every SYSTEM_MANAGER gets an event, and another one when the time begins again', async () => {
  const [first, second] = [await person(world), await person(world)];
  const id = await world.requested(first.headers);
  const told = async () => {
    await world.store.transaction(announceApprovals);
    const rows = await world.app.database.query<{ body: Buffer }>(
      `select p.body from business_events e join payloads p on p.id = e.payload_id
       where e.event = 'approval.waiting' and e.reference_document = $1 order by e.id`,
      [id],
    );
    return rows.map(({ body }) => JSON.parse(body.toString()));
  };
  const administrator = (await world.app.ask('{ viewer { id } }')).data.viewer.id;
  const before = await told();
  expect(before.map(({ user }) => user.id).sort()).toEqual([administrator, first.id, second.id].sort());
  expect(before[0]).toEqual({
    approval: id,
    kind: 'HOLD_RELEASE',
    requestedBy: first.email,
    createdAt: expect.any(String),
    takesEffectAt: null,
    user: { id: expect.any(String), name: expect.any(String) },
  });
  expect(await told()).toHaveLength(3);
  await mutate(world.app, 'updateUser', { id: second.id, active: false });
  const after = await told();
  expect(
    after
      .slice(3)
      .map(({ user }) => user.id)
      .sort(),
  ).toEqual([administrator, first.id].sort());
  expect(after.at(-1).takesEffectAt).toBe((await world.approval(id)).takesEffectAt);
});

test('the erasure of a user who ordered or decided something needs an approval from the first row', async () => {
  const [first, second] = [await person(world), await person(world)];
  const preview = async (userId: string) => {
    const { data } = await world.app.ask(
      `mutation { previewErasure(input: { target: { userId: "${userId}" } }) { preview { rowCount needsSecondPerson } } }`,
    );
    return data.previewErasure.preview;
  };
  expect(await preview(second.id)).toEqual({ rowCount: 0, needsSecondPerson: false });
  const id = await world.requested(first.headers);
  expect(await world.approve(id, second.headers)).toEqual([]);
  for (const user of [first, second]) {
    expect(await preview(user.id)).toEqual({ rowCount: 0, needsSecondPerson: true });
    await mutate(world.app, 'updateUser', { id: user.id, active: false });
  }
  const order = { userId: second.id, reason: 'Request 17 under Art. 17' };
  const { erasure } = await mutate(
    world.app,
    'erasePerson',
    order,
    'erasure { id status approval { kind status takesEffectAt } }',
  );
  expect(erasure).toMatchObject({ status: 'REQUESTED', approval: { kind: 'ERASURE', status: 'WAITING' } });
  expect(await takeEffectNow(world.app.database, world.store.transaction)).toBe(1);
  const { data } = await world.app.ask('query ($id: ID!) { erasure(id: $id) { status approval { status } } }', {
    id: erasure.id,
  });
  expect(data.erasure).toEqual({ status: 'ORDERED', approval: { status: 'APPROVED' } });
});

test('INTEGRATION_MANAGER and SUPPORT know nothing of approvals about holds and erasures', async () => {
  const id = await world.requested(world.app.adminKey);
  for (const role of ['INTEGRATION_MANAGER', 'SUPPORT'] as const) {
    const key = await world.app.keyFor(role);
    const { data } = await world.app.ask(
      `query ($id: ID!) { approval(id: $id) { id } node(id: $id) { id } approvals { totalCount }
        all: approvals(where: { takesEffectAt: { isNull: false } }) { totalCount } }`,
      { id },
      key,
    );
    expect(data).toEqual({ approval: null, node: null, approvals: { totalCount: 0 }, all: { totalCount: 0 } });
  }
  const decided = await askMutation(
    world.app,
    'approve',
    { id, reason: 'Seen' },
    'approval { id }',
    await world.app.keyFor('INTEGRATION_MANAGER'),
  );
  expect(decided.data.approve.userErrors).toMatchObject([{ code: 'NOT_FOUND' }]);
});
