import { belongsTo } from '../../dashboard/src/deliveries/delivery-filter';
import { withChanges } from '../../dashboard/src/deliveries/with-changes';

type Row = Parameters<typeof withChanges>[0][number];

/** Only what the rules look at. */
function row(n: number, status: Row['status'], held = false): Row {
  return { id: `dlv_${n}`, status, held } as Row;
}
const changes = (...rows: Row[]) => new Map(rows.map((each) => [each.id, each]));

test('a delivery that is shown changes where it stands, also if it leaves the tab', () => {
  const { rows, fresh } = withChanges([row(1, 'PENDING'), row(2, 'RETRYING')], changes(row(2, 'DELIVERED')), 'open');
  expect(rows.map(({ id, status }) => `${id} ${status}`)).toEqual(['dlv_1 PENDING', 'dlv_2 DELIVERED']);
  expect(fresh).toBe(0);
});

test('others are counted if they belong to the tab, and not shown', () => {
  const came = changes(row(2, 'PENDING'), row(3, 'DELIVERED'), row(4, 'SKIPPED'), row(5, 'PENDING', true));
  const { rows, fresh } = withChanges([row(1, 'PENDING')], came, 'open');
  expect(rows).toHaveLength(1);
  expect(fresh).toBe(2);
});

test.each([
  ['open', 'RETRYING', true],
  ['open', 'DELIVERED', false],
  ['exhausted', 'EXHAUSTED', true],
  ['skipped', 'CANCELLED', true],
  ['delivered', 'SKIPPED', false],
  ['all', 'SKIPPED', true],
] as const)('%s has %s: %s', (tab, status, is) => {
  expect(belongsTo(tab, row(1, status))).toBe(is);
});

test('held has what is held, whatever its status', () => {
  expect(belongsTo('held', row(1, 'PENDING', true))).toBe(true);
  expect(belongsTo('held', row(1, 'PENDING'))).toBe(false);
});
