/** @jest-environment node */
import { cached, oneAtATime } from '../../src/server/routes/files-routes';

test('what is asked while an answer is on its way, and for a while after it, is asked once', async () => {
  let now = 0;
  const asked: PromiseWithResolvers<number>[] = [];
  const read = cached(
    2_000,
    () => {
      const answer = Promise.withResolvers<number>();
      asked.push(answer);
      return answer.promise;
    },
    () => now,
  );
  const first = [read(), read()];
  now = 10_000;
  first.push(read());
  asked[0]?.resolve(1);
  expect(await Promise.all(first)).toEqual([1, 1, 1]);
  now = 11_999;
  expect(await read()).toBe(1);
  now = 12_000;
  const second = read();
  asked[1]?.resolve(2);
  expect([await second, asked.length]).toEqual([2, 2]);
});

test('a failure rejects all calls that waited for it, and is not kept', async () => {
  const faults = [new Error('away')];
  const read = cached(2_000, async () => {
    const fault = faults.pop();
    if (fault) throw fault;
    return 'there';
  });
  const all = await Promise.allSettled([read(), read()]);
  expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(await read()).toBe('there');
});

test('one question is asked at a time, and an answer was never begun before it was asked for', async () => {
  const begun: { key: string; answer: (value: string) => void }[] = [];
  const full = () => new Error('full');
  const ask = oneAtATime(2, (key) => new Promise<string>((answer) => begun.push({ key, answer })), full);
  const first = ask('a');
  await Promise.resolve();
  const [again, same, other] = [ask('a'), ask('a'), ask('b')];
  expect(again).toBe(same);
  await expect(ask('c')).rejects.toThrow('full');
  expect(begun.map(({ key }) => key)).toEqual(['a']);
  begun[0]?.answer('old');
  expect(await first).toBe('old');
  await new Promise(setImmediate);
  begun[1]?.answer('new');
  expect([await again, begun.length]).toEqual(['new', 2]);
  await new Promise(setImmediate);
  begun[2]?.answer('other');
  expect(await other).toBe('other');
});
