import { EVERYTHING, type LogFilter, readFilter, timesOf, writeFilter } from '../../dashboard/src/log/log-filter';
import { whereFromFilter } from '../../dashboard/src/log/where-from-filter';

const NOW = Date.parse('2026-12-01T12:00:00Z');
const read = (search: string) => readFilter(new URLSearchParams(search));

const FULL: LogFilter = {
  range: '7d',
  between: null,
  status: ['FAILED', 'UNKNOWN'],
  direction: 'INCOMING',
  webhook: 'whk_1',
  documentType: 'Sales Invoice',
  document: 'INV/2026 & 42%',
  event: 'on_submit',
  errorCode: 'TIMEOUT',
  http: 503,
  search: 'عربي "text"',
};

test('what is written into the address is read again, and the first view needs nothing', () => {
  expect(writeFilter(EVERYTHING)).toEqual({});
  expect(read('')).toEqual({ filter: EVERYTHING, faults: [] });
  expect(read(new URLSearchParams(writeFilter(FULL)).toString())).toEqual({ filter: FULL, faults: [] });
  const between = { ...EVERYTHING, between: { from: '2026-11-01T00:00:00.000Z', to: '2026-11-02T00:00:00.000Z' } };
  expect(read(new URLSearchParams(writeFilter(between)).toString())).toEqual({ filter: between, faults: [] });
});

test.each([
  ['status=BROKEN', { name: 'status', value: 'BROKEN' }],
  ['range=1y', { name: 'range', value: '1y' }],
  ['http=999', { name: 'http', value: '999' }],
  ['colour=red', { name: 'colour', value: 'red' }],
  ['from=yesterday&to=2026-11-02T00:00:00Z', { name: 'from', value: 'yesterday' }],
  ['document=', { name: 'document', value: '' }],
])('%s is named as a fault and not applied', (search, fault) => {
  const { filter, faults } = read(search);
  expect(faults).toContainEqual(fault);
  expect(filter).toEqual(EVERYTHING);
});

test('a range that ends before it begins is no range', () => {
  const { filter, faults } = read('from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z');
  expect([filter.between, faults.map(({ name }) => name).sort()]).toEqual([null, ['from', 'to']]);
});

test('the filter of the API has what was chosen, and no more', () => {
  expect(whereFromFilter({ ...EVERYTHING, range: 'all' }, NOW)).toEqual({});
  expect(whereFromFilter(EVERYTHING, NOW)).toEqual({ startedAt: { gte: '2026-11-30T12:00:00.000Z' } });
  expect(whereFromFilter(FULL, NOW)).toEqual({
    startedAt: { gte: '2026-11-24T12:00:00.000Z' },
    status: { in: ['FAILED', 'UNKNOWN'] },
    direction: { eq: 'INCOMING' },
    webhook: { id: { eq: 'whk_1' } },
    documentType: { eq: 'Sales Invoice' },
    referenceDocument: { eq: 'INV/2026 & 42%' },
    event: { eq: 'on_submit' },
    errorCode: { eq: 'TIMEOUT' },
    responseStatus: { eq: 503 },
    search: 'عربي "text"',
  });
  expect(timesOf({ ...EVERYTHING, range: '1h' }, NOW)).toEqual({ from: '2026-12-01T11:00:00.000Z', to: null });
});
