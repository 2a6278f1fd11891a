// One person alone may order the erasure of 100 rows in 24 hours, however they are divided.
import { useTestApi } from '../support/app';
import { mutate } from '../support/mutate';
import { invoice, publish } from '../support/webhooks';

const app = useTestApi();

beforeAll(async () => {
  for (const name of ['A', 'B', 'C', 'D']) {
    await publish(
      app,
      Array.from({ length: 40 }, () => invoice(name)),
    );
  }
});

const target = (name: string) => ({ documentType: 'Sales Invoice', name });
const erase = (name: string) =>
  mutate(app, 'eraseDocument', { ...target(name), reason: 'Request 17 under Art. 17' }, 'erasure { id status }');

async function needsSecondPerson(name: string): Promise<boolean> {
  const query = `mutation { previewErasure(input: { target: { businessDocument: { documentType: "Sales Invoice", name: "${name}" } } }) { preview { needsSecondPerson } } }`;
  return (await app.ask(query)).data.previewErasure.preview.needsSecondPerson;
}

test('orders at once count each other, and one beyond 100 rows needs a second person', async () => {
  expect(await needsSecondPerson('A')).toBe(false);
  const answers = await Promise.all(['A', 'B', 'C'].map(erase));
  expect(answers.map(({ erasure }) => erasure.status).sort()).toEqual(['ORDERED', 'ORDERED', 'REQUESTED']);
  expect(await needsSecondPerson('D')).toBe(true);
  expect((await erase('D')).erasure.status).toBe('REQUESTED');
  const { data } = await app.ask('{ erasures(where: { status: { eq: REQUESTED } }) { totalCount } }');
  expect(data.erasures).toEqual({ totalCount: 2 });
});

test('after 24 hours, they no longer count', async () => {
  await app.database.query(`update erasures set created_at = created_at - interval '1 day'`);
  expect(await needsSecondPerson('D')).toBe(false);
});

test('one that waits for its approval does not count', async () => {
  await publish(
    app,
    Array.from({ length: 70 }, () => invoice('E')),
  );
  expect(await needsSecondPerson('E')).toBe(false);
  await app.database.query(`update erasures set created_at = now() where status = 'REQUESTED'`);
  expect(await needsSecondPerson('E')).toBe(false);
  await app.database.query(`update erasures set created_at = now()`);
  expect(await needsSecondPerson('E')).toBe(true);
  // with the 80 of A and B
  await publish(
    app,
    Array.from({ length: 20 }, () => invoice('F')),
  );
  expect(await needsSecondPerson('F')).toBe(false);
});

test('a person cannot order the own erasure', async () => {
  const { id } = (await app.ask('{ viewer { id } }')).data.viewer;
  const { erasure, userErrors } = await mutate(
    app,
    'erasePerson',
    { userId: id, reason: 'Request 17 under Art. 17' },
    'erasure { id }',
  );
  expect(erasure).toBeNull();
  expect(userErrors).toMatchObject([
    { field: ['userId'], code: 'CONFLICT', message: expect.stringMatching(/^You cannot erase yourself/) },
  ]);
});

test('what was declined has no next step', async () => {
  const [waiting] = (
    await app.ask('{ erasures(where: { status: { eq: REQUESTED } }) { nodes { id approval { id } } } }')
  ).data.erasures.nodes;
  const { approval } = await mutate(
    app,
    'decline',
    { id: waiting.approval.id, reason: 'By mistake' },
    'approval { status erasure { id status } }',
  );
  expect(approval).toEqual({ status: 'DECLINED', erasure: { id: waiting.id, status: 'DECLINED' } });
  expect(await app.database.query(`select next_step_at from erasures where status = 'DECLINED'`)).toEqual([
    { next_step_at: null },
  ]);
});
