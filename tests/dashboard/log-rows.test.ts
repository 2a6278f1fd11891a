import { appendPage, applyChanges, MAX_ROWS, NO_ROWS, show } from '../../dashboard/src/log/log-rows';

type Row = Parameters<typeof appendPage>[1][number];

/** Only what the rules look at. */
function row(n: number, finishedAt: string | null = null): Row {
  return { id: `req_${String(n).padStart(6, '0')}`, finishedAt } as Row;
}
const ids = (rows: readonly Row[]) => rows.map(({ id }) => Number(id.slice(4)));
const page = (...numbers: number[]) =>
  appendPage(
    NO_ROWS,
    numbers.map((n) => row(n)),
  );

test('a page of older rows repeats none', () => {
  expect(ids(appendPage(page(9, 8), [row(8), row(7)]).rows)).toEqual([9, 8, 7]);
});

test('a change of a row that is shown stays where it is, also while the person reads', () => {
  const state = applyChanges(page(9, 8, 7), [row(8, 'later')], false);
  expect([ids(state.rows), state.rows[1]?.finishedAt, state.held]).toEqual([[9, 8, 7], 'later', []]);
});

test('new rows are held while the person reads, and stand at their time when they are shown', () => {
  const state = applyChanges(page(9, 5), [row(11), row(7), row(10)], false);
  expect([ids(state.rows), ids(state.held).sort()]).toEqual([
    [9, 5],
    [10, 11, 7],
  ]);
  expect(ids(show(state).rows)).toEqual([11, 10, 9, 7, 5]);
  expect(show(state).held).toEqual([]);
});

test('while the page follows, new rows are shown with those that were held', () => {
  const held = applyChanges(page(9), [row(10)], false);
  expect(ids(applyChanges(held, [row(11)], true).rows)).toEqual([11, 10, 9]);
});

test('a change that comes twice, or late, neither doubles a row nor opens one that has closed', () => {
  const closed = applyChanges(page(9), [row(10), row(10, 'closed'), row(10)], true);
  expect([ids(closed.rows), closed.rows[0]?.finishedAt]).toEqual([[10, 9], 'closed']);
  expect(applyChanges(closed, [row(10)], true).rows[0]?.finishedAt).toBe('closed');
});

test('the oldest rows go when there are too many', () => {
  const many = Array.from({ length: MAX_ROWS }, (_, n) => row(n));
  const state = applyChanges(page(...[]), [...many, row(MAX_ROWS)], true);
  expect([state.rows.length, ids(state.rows.slice(0, 1)), ids(state.rows.slice(-1))]).toEqual([
    MAX_ROWS,
    [MAX_ROWS],
    [1],
  ]);
});
