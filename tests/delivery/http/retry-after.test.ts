import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { retryAfterMs } from '../../../src/delivery/retry-schedule';
import { endsByItself } from '../../support/ends-by-itself';

const now = new Date('2026-11-06T08:49:37.250Z');
const DAY_MS = 86_400_000;

test.each([
  ['0', 0],
  ['1', 1_000],
  ['120', 120_000],
  ['007', 7_000],
  [' 5 ', 5_000],
  ['\t5', 5_000],
  ['1.5', 1_500],
  ['0.0004', 1],
  ['86400', DAY_MS],
])('%j is a number of seconds', (value, ms) => {
  expect(retryAfterMs(value, now)).toBe(ms);
});

test.each([
  ['the form that is sent today', 'Fri, 06 Nov 2026 08:50:37 GMT'],
  ['that of RFC 850, with a year of two digits', 'Friday, 06-Nov-26 08:50:37 GMT'],
  ['that of asctime(), which means GMT', 'Fri Nov  6 08:50:37 2026'],
])('a date in %s asks for the time until then', (_form, value) => {
  expect(retryAfterMs(value, now)).toBe(59_750);
});

test('a date of asctime() with a day of two digits is read as well', () => {
  expect(retryAfterMs('Mon Nov 16 08:49:37 2026', new Date('2026-11-16T08:49:30Z'))).toBe(7_000);
});

test('a date of asctime() means GMT in every time zone', async () => {
  const value = 'Fri Nov  6 08:50:37 2026';
  const text = `process.stdout.write(String(require(process.argv[1]).retryAfterMs('${value}', new Date(${now.getTime()}))))`;
  const file = join(__dirname, '../../../dist/src/delivery/retry-schedule.js');
  const run = await promisify(execFile)(process.execPath, ['-e', text, file], { env: { TZ: 'America/New_York' } });
  expect(run.stdout).toBe('59750');
});

test.each(['Fri, 06 Nov 2026 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Thu, 01 Jan 1970 00:00:00 GMT'])(
  'a date that has passed, %j, asks for nothing to wait',
  (value) => {
    expect(retryAfterMs(value, now)).toBe(0);
  },
);

test.each([
  '86401',
  '31536000',
  '99999999999999999999999999',
  '9'.repeat(310),
  '86400.001',
  'Sat, 07 Nov 2026 08:49:38 GMT',
  'Fri, 31 Dec 9999 23:59:59 GMT',
])('%j is cut to a day', (value) => {
  expect(retryAfterMs(value, now)).toBe(DAY_MS);
});

test.each([
  null,
  '',
  ' ',
  '-1',
  '-0',
  '+5',
  '1e3',
  '0x10',
  '5 seconds',
  '5s',
  '.5',
  '5.',
  '1,5',
  '1.2.3',
  'Infinity',
  'NaN',
  'null',
  'soon',
  '٣',
  '120, 60',
  '120;q=1',
  '2026-11-06T08:50:37Z',
  'Nov 6 2026',
  'Fri, 06 Nov 2026 08:50:37',
  'Fri, 06 Nov 2026 08:50:37 CET',
  'Fri, 06 Nov 2026 08:50:37 +0100',
  'Fri, 06 Nov 2026 25:61:61 GMT',
  'Fri, 6 Nov 2026 08:50:37 GMT',
  'FRI, 06 NOV 2026 08:50:37 GMT',
  'Fri, 06 Xyz 2026 08:50:37 GMT',
  'Fri, 06 Nov 2026 08:50:37 GMT, 60',
])('%j says nothing', (value) => {
  expect(retryAfterMs(value, now)).toBeNull();
});

test.each([
  ['letters', 'x'.repeat(4_000_000)],
  ['digits that end in a letter', `${'1'.repeat(4_000_000)}x`],
  ['spaces', ' '.repeat(4_000_000)],
  ['commas', ','.repeat(4_000_000)],
])('four million %s say nothing, at once', (_what, value) => {
  expect(endsByItself(() => retryAfterMs(value, now))).toBeNull();
});
