// A call that comes again is answered like the first, kept, and has no consequences.
import { uuidOf } from '../../src/values/ids';
import type { TestApp } from '../support/app';
import { sendRaw } from '../support/raw-http';
import {
  type Agreed,
  agree,
  callStandard,
  eventsOf,
  JSON_TYPE,
  newCallId,
  receivedBy,
  standardHeaders,
} from './callers';
import { startTwoProcesses, type TwoProcesses } from './two-processes';

let app: TestApp;
let inSecond: TwoProcesses['inSecond'];
let stop: TwoProcesses['stop'];

beforeAll(async () => {
  ({ app, inSecond, stop } = await startTwoProcesses());
});
afterAll(() => stop());

const BODY = '{"type":"paid"}';

async function expectOneEvent(agreed: Agreed, calls: number): Promise<void> {
  const rows = await receivedBy(app, agreed);
  const events = await eventsOf(app, agreed);
  expect(events).toHaveLength(1);
  expect(rows.map((row) => row.status)).toEqual(Array(calls).fill('SUCCEEDED'));
  expect(rows.filter((row) => !row.duplicate)).toHaveLength(1);
  // a repeated call names the event that the first became
  expect(rows.map((row) => row.businessEventId)).toEqual(Array(calls).fill(events[0]?.id));
  expect(new Set(rows.map((row) => row.referenceDocument)).size).toBe(1);
}

test('the same id again, also with another signature and body', async () => {
  const agreed = await agree(app, { answer: { statusCode: 202, body: 'thanks', contentType: 'text/plain' } });
  const id = newCallId();
  const first = await callStandard(agreed, BODY, { id, at: new Date(Date.now() - 60_000) });
  const again = await callStandard(agreed, '{"type":"other"}', { id });
  expect([first.status, first.text]).toEqual([202, 'thanks']);
  expect([again.status, again.text]).toEqual([202, 'thanks']);
  expect(again.headers['x-request-id']).not.toBe(first.headers['x-request-id']);
  await expectOneEvent(agreed, 2);
  expect((await receivedBy(app, agreed)).map((row) => row.data.toString())).toEqual([BODY, '{"type":"other"}']);
});

test('the same id is another call for another agreement, and in another case', async () => {
  const [one, other] = [await agree(app), await agree(app)];
  const id = newCallId();
  await callStandard(one, BODY, { id });
  await callStandard(other, BODY, { id });
  await callStandard(one, BODY, { id: id.toUpperCase() });
  expect([...(await receivedBy(app, one)), ...(await receivedBy(app, other))].map((row) => row.duplicate)).toEqual(
    Array(3).fill(false),
  );
});

test('ids that differ in half a surrogate pair alone are two', async () => {
  const agreed = await agree(app, { provider: 'NONE', idLocation: { from: 'JSON', name: '$.id' } });
  for (const id of ['\\ud800', '\\ud801', '\\ufffd'])
    await sendRaw(agreed.address, { headers: JSON_TYPE, body: `{"id":"${id}"}` });
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, false, false]);
});

test('two identical calls at the same instant in one process become one event, and both are answered 2xx', async () => {
  for (let round = 0; round < 5; round += 1) {
    const agreed = await agree(app);
    const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY) };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => sendRaw(agreed.address, { headers, body: BODY })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    await expectOneEvent(agreed, 10);
  }
});

test('two identical calls at the same instant in two processes become one event, and both are answered 2xx', async () => {
  for (let round = 0; round < 10; round += 1) {
    const agreed = await agree(app);
    const headers = { ...JSON_TYPE, ...standardHeaders(agreed.secret as string, BODY) };
    const addresses = [agreed.address, inSecond(agreed).address];
    const answers = await Promise.all(
      [...addresses, ...addresses].map((address) => sendRaw(address, { headers, body: BODY })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill(200));
    await expectOneEvent(agreed, 4);
  }
});

test('many calls in two processes with ids in opposite order do not stand in each other’s way', async () => {
  const agreed = await agree(app);
  const ids = Array.from({ length: 60 }, newCallId);
  const forth = ids.map((id) => callStandard(agreed, BODY, { id }));
  const back = ids.toReversed().map((id) => callStandard(inSecond(agreed), BODY, { id }));
  const answers = await Promise.all([...forth, ...back]);
  expect(answers.map(({ status }) => status)).toEqual(Array(120).fill(200));
  const rows = await receivedBy(app, agreed);
  expect([rows.length, rows.filter((row) => row.duplicate).length]).toEqual([120, 60]);
  expect(await eventsOf(app, agreed)).toHaveLength(60);
});

test('a refused call takes no id: the right one that follows is the first', async () => {
  const agreed = await agree(app);
  const id = newCallId();
  const wrong = { ...standardHeaders(agreed.secret as string, 'another body', { id }), ...JSON_TYPE };
  expect((await sendRaw(agreed.address, { headers: wrong, body: BODY })).status).toBe(401);
  expect((await callStandard(agreed, BODY, { id })).status).toBe(200);
  expect((await receivedBy(app, agreed)).map((row) => [row.status, row.duplicate])).toEqual([
    ['REFUSED', false],
    ['SUCCEEDED', false],
  ]);
});

test('an id that is no longer remembered is a new call', async () => {
  const agreed = await agree(app);
  const id = newCallId();
  await callStandard(agreed, BODY, { id });
  await app.database.query('delete from incoming_ids where webhook_id = $1', [uuidOf('Webhook', agreed.id)]);
  await callStandard(agreed, BODY, { id });
  expect((await receivedBy(app, agreed)).map((row) => row.duplicate)).toEqual([false, false]);
});
