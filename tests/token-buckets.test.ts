import { createTokenBuckets } from '../src/limits/token-buckets';
import { addressRange } from '../src/server/edge/rate-limits';

describe('a bucket of 10, refilled by 2 a second', () => {
  let now = 0;
  const bucketsNow = () => {
    now = 0;
    return createTokenBuckets(2, 10, () => now);
  };

  test('gives what it has, and says when there is enough again', () => {
    const buckets = bucketsNow();
    expect(buckets.take('a', 4)).toBe(6);
    expect(buckets.take('a', 6)).toBe(0);
    expect(buckets.take('a', 3)).toBe(-1.5);
    now = 1_499;
    expect(buckets.take('a', 3)).toBeLessThan(0);
    now = 1_500;
    expect(buckets.take('a', 3)).toBe(0);
  });

  test('is never fuller than full', () => {
    const buckets = bucketsNow();
    buckets.take('a', 1);
    now = 3_600_000;
    expect(buckets.take('a', 0)).toBe(10);
  });

  test('lets what is larger than itself pass when it is full, and has to make up for it', () => {
    const buckets = bucketsNow();
    expect(buckets.take('a', 30)).toBe(0);
    expect(buckets.take('a', 1)).toBe(-10.5);
    now = 10_500;
    expect(buckets.take('a', 1)).toBe(0);
  });

  test('is one for each caller', () => {
    const buckets = bucketsNow();
    buckets.take('a', 10);
    expect(buckets.take('b', 10)).toBe(0);
  });

  test('of 20,000 callers the oldest is forgotten, and no more are kept', () => {
    const buckets = bucketsNow();
    for (let i = 0; i <= 20_000; i += 1) buckets.take(`caller ${i}`, 10);
    expect(buckets.take('caller 1', 1)).toBeLessThan(0);
    expect(buckets.take('caller 0', 1)).toBe(9);
  });
});

describe('one subscriber is', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2::9', '2001:db8:1:2'],
    ['2001:DB8:0001:2:ffff::', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['not an address', 'not an address'],
    ['a:b', 'a:b'],
  ])('%s -> %s', (address, range) => {
    expect(addressRange(address)).toBe(range);
  });
});
