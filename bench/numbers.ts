export interface Percentiles {
  p50: number;
  p95: number;
  p99: number;
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Arrivals per second, without the first tenth, in which the programs warm up. @param times in ms, ascending */
export function ratePerSecond(times: readonly number[]): number {
  const first = Math.floor(times.length / 10);
  const last = times.length - 1;
  const from = times[first];
  const to = times[last];
  return from === undefined || to === undefined || to <= from ? Number.NaN : (1000 * (last - first)) / (to - from);
}

export function rounded(value: number, digits = 0): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}
