// What is done for each by itself after a failure, and would hide a fault otherwise.
import { createLog } from '../../../src/logging/log';
import { createNoteFailedTogether, failuresTogether } from '../../../src/sql/sharing/failed-together';

const counted = (reason: string) =>
  failuresTogether().find((each) => each.work === 'incoming' && each.reason === reason)?.count ?? 0;

test('each failure is counted, and one of a kind is logged in a minute', () => {
  const lines: string[] = [];
  const note = createNoteFailedTogether('incoming', createLog('info', { write: (line) => void lines.push(line) }));
  const before = [counted('statement'), counted('data')];
  const failure = (code: string) => Object.assign(new Error('refused'), { code });
  for (const code of ['42601', '42601', '42601', '23514']) note(failure(code));
  expect([counted('statement'), counted('data')]).toEqual([(before[0] ?? 0) + 3, (before[1] ?? 0) + 1]);
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ err: { code: '42601' } }, { err: { code: '23514' } }]);
});
