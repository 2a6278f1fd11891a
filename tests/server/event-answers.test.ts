// What a subscription answers to a reader that is slow.
import { createAnswers } from '../../src/server/subscriptions/event-answers';

afterEach(() => jest.restoreAllMocks());

test('answers that have waited for more than a second are made again', async () => {
  let now = 1_000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  let rule = 'shown';
  const answered: (readonly number[])[] = [];
  async function* source() {
    yield [1, 2, 3];
  }
  const answers = createAnswers(
    source(),
    async (events) => {
      answered.push(events);
      const result = { rule };
      return events.map((id) => ({ id: String(id), result, json: () => '' }));
    },
    () => undefined,
  );
  const next = async () => (await answers.next()).value;
  expect(await next()).toMatchObject({ id: '1', result: { rule: 'shown' } });
  rule = 'hidden';
  now += 900;
  expect(await next()).toMatchObject({ id: '2', result: { rule: 'shown' } });
  now += 200;
  expect(await next()).toMatchObject({ id: '3', result: { rule: 'hidden' } });
  expect(answered).toEqual([[1, 2, 3], [3]]);
  expect(await next()).toBeUndefined();
});
