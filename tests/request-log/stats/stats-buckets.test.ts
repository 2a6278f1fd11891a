// Where buckets begin, by the clocks of the whole world.
import { bucketStarts, type StatsBucket, spanOf, zoneNamed } from '../../../src/request-log/stats/stats-buckets';

function startsOf(bucket: StatsBucket, zone: string, from: string, to: string): string[] {
  const span = spanOf({ from: new Date(from), to: new Date(to) });
  return bucketStarts(span, bucket, zoneNamed(zone)).map((ms) => new Date(ms).toISOString().replace(':00.000Z', 'Z'));
}

test.each<[string, StatsBucket, string, string, string, string[]]>([
  [
    'a day of 23 hours',
    'DAY',
    'Europe/Berlin',
    '2026-03-28T23:00Z',
    '2026-03-31T00:00Z',
    ['2026-03-28T23:00Z', '2026-03-29T22:00Z', '2026-03-30T22:00Z'],
  ],
  [
    'a day of 25 hours',
    'DAY',
    'Europe/Berlin',
    '2026-10-24T22:00Z',
    '2026-10-26T23:00Z',
    ['2026-10-24T22:00Z', '2026-10-25T23:00Z'],
  ],
  [
    'an hour that comes twice',
    'HOUR',
    'Europe/Berlin',
    '2026-10-24T23:30Z',
    '2026-10-25T02:30Z',
    ['2026-10-24T23:30Z', '2026-10-25T00:00Z', '2026-10-25T01:00Z', '2026-10-25T02:00Z'],
  ],
  [
    'hours at half past',
    'HOUR',
    'Asia/Kolkata',
    '2026-01-01T00:00Z',
    '2026-01-01T02:00Z',
    ['2026-01-01T00:00Z', '2026-01-01T00:30Z', '2026-01-01T01:30Z'],
  ],
  [
    'hours at a quarter past',
    'HOUR',
    'Asia/Kathmandu',
    '2026-01-01T00:00Z',
    '2026-01-01T02:00Z',
    ['2026-01-01T00:00Z', '2026-01-01T00:15Z', '2026-01-01T01:15Z'],
  ],
  [
    'clocks put back by half an hour: the half that comes again is a bucket of its own',
    'HOUR',
    'Australia/Lord_Howe',
    '2026-04-04T13:00Z',
    '2026-04-04T17:00Z',
    ['2026-04-04T13:00Z', '2026-04-04T14:00Z', '2026-04-04T15:00Z', '2026-04-04T15:30Z', '2026-04-04T16:30Z'],
  ],
  [
    'clocks put forward by half an hour: what is left of the hour is one',
    'HOUR',
    'Australia/Lord_Howe',
    '2026-10-03T14:30Z',
    '2026-10-03T18:00Z',
    ['2026-10-03T14:30Z', '2026-10-03T15:30Z', '2026-10-03T16:00Z', '2026-10-03T17:00Z'],
  ],
  [
    'a day that begins at one, since midnight is leapt over',
    'DAY',
    'America/Sao_Paulo',
    '2018-11-03T12:00Z',
    '2018-11-05T12:00Z',
    ['2018-11-03T12:00Z', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
  ],
  [
    'a day whose midnight comes twice begins with the first',
    'DAY',
    'America/Havana',
    '2026-10-31T12:00Z',
    '2026-11-02T12:00Z',
    ['2026-10-31T12:00Z', '2026-11-01T04:00Z', '2026-11-02T05:00Z'],
  ],
  [
    'a minute of a day, taken back again',
    'DAY',
    'America/St_Johns',
    '2010-11-06T12:00Z',
    '2010-11-08T12:00Z',
    ['2010-11-06T12:00Z', '2010-11-07T02:30Z', '2010-11-08T03:30Z'],
  ],
  [
    'a day that never was',
    'DAY',
    'Pacific/Apia',
    '2011-12-29T12:00Z',
    '2012-01-01T00:00Z',
    ['2011-12-29T12:00Z', '2011-12-30T10:00Z', '2011-12-31T10:00Z'],
  ],
  [
    'weeks from Monday',
    'WEEK',
    'UTC',
    '2026-03-01T12:00Z',
    '2026-03-16T00:00Z',
    ['2026-03-01T12:00Z', '2026-03-02T00:00Z', '2026-03-09T00:00Z'],
  ],
  [
    'months of their own length',
    'MONTH',
    'America/New_York',
    '2026-01-01T05:00Z',
    '2026-04-01T05:00Z',
    ['2026-01-01T05:00Z', '2026-02-01T05:00Z', '2026-03-01T05:00Z', '2026-04-01T04:00Z'],
  ],
  [
    'months over new year',
    'MONTH',
    'UTC',
    '2025-12-31T00:00Z',
    '2026-02-01T00:00Z',
    ['2025-12-31T00:00Z', '2026-01-01T00:00Z'],
  ],
  ['a range within one bucket', 'MONTH', 'UTC', '2026-02-03T00:00Z', '2026-02-04T00:00Z', ['2026-02-03T00:00Z']],
  [
    'old times, when clocks were minutes and seconds beside an hour',
    'HOUR',
    'Africa/Monrovia',
    '1970-01-01T01:00Z',
    '1970-01-01T02:30Z',
    ['1970-01-01T01:00Z', '1970-01-01T01:44:30.000Z'],
  ],
])('%s', (_title, bucket, zone, from, to, starts) => {
  expect(startsOf(bucket, zone, from, to)).toEqual(starts);
});

test.each(Intl.supportedValuesOf('timeZone').filter((_, index) => index % 12 === 0))(
  'in %s days follow each other, as long as the clocks say',
  (zone) => {
    const starts = startsOf('DAY', zone, '2024-01-01T00:00Z', '2026-01-01T00:00Z').map((start) => Date.parse(start));
    const lengths = starts.slice(2).map((start, index) => (start - (starts[index + 1] as number)) / 3600_000);
    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(22);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(26);
    const midnight = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' });
    // clocks may leap over midnight: such a day begins at one
    for (const start of starts.slice(1)) expect(midnight.format(start)).toMatch(/^0[01]:00$/);
  },
);

const refusal = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    const { code, message, field } = error as { code: string; message: string; field: string[] };
    return { code, message, field };
  }
  throw new Error('was not refused');
};

test.each(['Mars/Olympus', '', ' UTC', 'UTC\0', '+05:30', 'Europe/Berlin; drop table', 'x'.repeat(10_000)])(
  'the zone %j is refused',
  (name) => {
    const { code, message, field } = refusal(() => zoneNamed(name));
    expect({ code, field }).toEqual({ code: 'BAD_USER_INPUT', field: ['timeZone'] });
    expect(message).toMatch(/is not a name of the IANA time zone database/);
    expect(message.length).toBeLessThan(250);
  },
);

test.each<[StatsBucket, string, RegExp]>([
  [
    'MINUTE',
    '2026-01-31T00:00Z',
    /bucket MINUTE gives more than 2000 buckets for this range: use HOUR or a shorter range/,
  ],
  ['MINUTE', '2026-01-02T09:21Z', /use FIVE_MINUTES or a shorter range/],
  ['HOUR', '2027-01-01T00:00Z', /use DAY or a shorter range/],
  ['DAY', '2032-01-01T00:00Z', /use WEEK or a shorter range/],
  ['MONTH', '9999-01-01T00:00Z', /MONTH gives more than 2000 buckets for this range: use a shorter range/],
])('more than 2,000 of %s up to %s are refused', (bucket, to, message) => {
  const refused = refusal(() => startsOf(bucket, 'UTC', '2026-01-01T00:00Z', to));
  expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field: ['bucket'] });
  expect(refused.message).toMatch(message);
});

test('2,000 are not', () => {
  expect(startsOf('MINUTE', 'UTC', '2026-01-01T00:00Z', '2026-01-02T09:20Z')).toHaveLength(2_000);
});

test.each([
  ['the same time twice', '2026-01-01T00:00Z', '2026-01-01T00:00Z', /must be earlier than range.to/],
  ['an end before the beginning', '2026-01-02T00:00Z', '2026-01-01T00:00Z', /must be earlier than range.to/],
  ['a beginning before 1970', '1969-12-31T23:59Z', '2026-01-01T00:00Z', /1970-01-01T00:00:00Z or later/],
])('a range with %s is refused', (_title, from, to, message) => {
  const refused = refusal(() => startsOf('DAY', 'UTC', from, to));
  expect(refused).toMatchObject({ code: 'BAD_USER_INPUT', field: ['range'] });
  expect(refused.message).toMatch(message);
});
