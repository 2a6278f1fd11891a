import type { countedBySql } from './counted-by-sql';

// an hour that comes again has a label that sorts before the one in between
export function sortedByTime(rows: Awaited<ReturnType<typeof countedBySql>>, bucket: string) {
  const figures = rows.map(({ key: _key, ...row }) => row);
  return bucket === 'HOUR' ? sorted(figures) : figures;
}

export function byStart(buckets: { start: string; end: string }[]) {
  const figures = buckets.map(({ start: _start, end: _end, ...rest }) => rest);
  return buckets.length > 40 ? sorted(figures) : figures;
}

function sorted(rows: object[]) {
  return rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort();
}

export function expectGapless(buckets: { start: string; end: string }[], from: string, to: string) {
  expect(buckets[0]?.start).toBe(from);
  expect(buckets.at(-1)?.end).toBe(to);
  buckets.slice(1).forEach((bucket, index) => {
    expect(bucket.start).toBe(buckets[index]?.end);
    expect(Date.parse(bucket.end)).toBeGreaterThan(Date.parse(bucket.start));
  });
}
