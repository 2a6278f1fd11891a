// Computes exact percentiles from counts of durations, and encodes these counts in few bytes.

/** Durations in whole milliseconds, ascending, each with its number of occurrences; a negative number takes some out. */
export type DurationCounts = readonly (readonly [ms: number, count: number])[];

export interface Percentiles {
  /** The number of durations. If it is 0, the other fields are null. */
  count: number;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
}

const VARINT_BYTES = 5;

/**
 * Adds counts to an encoded list, or takes them out. The encoding is a pair of LEB128 numbers for each duration: its difference from the
 * previous duration, and its count. Several thousand distinct durations need a few kilobytes.
 */
export function addDurations(encoded: Buffer, added: DurationCounts): Buffer {
  const target = Buffer.allocUnsafe(encoded.length + added.length * 2 * VARINT_BYTES + VARINT_BYTES);
  let end = 0;
  let last = 0;
  let next = 0;
  const put = (ms: number, count: number) => {
    if (count === 0) return;
    if (count < 0) throw new Error(`${-count} durations of ${ms} ms were taken out that had not been counted`);
    end = putVarint(target, putVarint(target, end, ms - last), count);
    last = ms;
  };
  eachDuration(encoded, (ms, count) => {
    for (let pair = added[next]; pair && pair[0] < ms; pair = added[next]) {
      put(pair[0], pair[1]);
      next += 1;
    }
    const same = added[next];
    if (same?.[0] === ms) {
      put(ms, count + same[1]);
      next += 1;
    } else {
      put(ms, count);
    }
  });
  for (const [ms, count] of added.slice(next)) put(ms, count);
  // a copy, because a slice would keep the whole buffer in memory
  return Buffer.from(target.subarray(0, end));
}

function putVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) {
    target[next] = (rest % 0x80) | 0x80;
    next += 1;
  }
  target[next] = rest;
  return next + 1;
}

// A month by hour reads half a million numbers, so the case of one byte comes first and needs no function call.
function eachDuration(encoded: Buffer, visit: (ms: number, count: number) => void): void {
  let at = 0;
  let ms = 0;
  while (at < encoded.length) {
    let step = encoded[at] as number;
    at += 1;
    if (step > 0x7f) {
      step = longVarint(encoded, at, step);
      at += lengthOfRest(step);
    }
    let count = encoded[at] as number;
    at += 1;
    if (count > 0x7f) {
      count = longVarint(encoded, at, count);
      at += lengthOfRest(count);
    }
    ms += step;
    visit(ms, count);
  }
}

function longVarint(encoded: Buffer, start: number, first: number): number {
  let value = first & 0x7f;
  let factor = 0x80;
  for (let at = start; ; at += 1) {
    const byte = encoded[at] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 0x80;
  }
}

/** The number of bytes after the first. */
function lengthOfRest(value: number): number {
  if (value < 0x4000) return 1;
  if (value < 0x200000) return 2;
  return value < 0x10000000 ? 3 : 4;
}

// Counting sort of durations up to two minutes, in pages that a search can skip. Longer durations are sorted
// separately.
const USUAL_MS = 0x20000;
const PAGE = 0x100;
const usual = new Uint32Array(USUAL_MS);
const pages = new Uint32Array(USUAL_MS / PAGE);

/** Exact percentiles by nearest rank: the smallest duration that at least p % of all durations do not exceed. */
export function percentilesOf(lists: readonly Buffer[]): Percentiles {
  const unusual = new Map<number, number>();
  let count = 0;
  let max = 0;
  for (const encoded of lists) {
    eachDuration(encoded, (ms, n) => {
      count += n;
      if (ms > max) max = ms;
      if (ms >= USUAL_MS) {
        unusual.set(ms, (unusual.get(ms) ?? 0) + n);
        return;
      }
      usual[ms] = (usual[ms] as number) + n;
      pages[ms >>> 8] = (pages[ms >>> 8] as number) + n;
    });
  }
  const longest = [...unusual].sort(([one], [other]) => one - other);
  const at = (percent: number) => (count === 0 ? null : atRank(Math.ceil((count * percent) / 100), longest));
  const percentiles = { count, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), maxMs: count === 0 ? null : max };
  clear(max);
  return percentiles;
}

function atRank(rank: number, longest: readonly [number, number][]): number {
  let left = rank;
  for (let page = 0; page < pages.length; page += 1) {
    const inPage = pages[page] as number;
    if (left > inPage) {
      left -= inPage;
      continue;
    }
    for (let ms = page * PAGE; ; ms += 1) {
      left -= usual[ms] as number;
      if (left <= 0) return ms;
    }
  }
  const found = longest.find(([, n]) => {
    left -= n;
    return left <= 0;
  });
  return (found as [number, number])[0];
}

function clear(max: number): void {
  const end = Math.min(max + 1, USUAL_MS);
  usual.fill(0, 0, end);
  pages.fill(0, 0, Math.ceil(end / PAGE));
}
