import { GRAINS, type Grain } from './request-stats.entity';
import type { Span } from './stats-buckets';

/** A span that rollups of one length cover exactly. */
export interface RollupSpan extends Span {
  grain: Grain;
}

/** How spans of time are counted: from rollups, and row by row at edges that no rollup covers exactly. */
export interface RollupCover {
  rollupSpans: RollupSpan[];
  rowSpans: Span[];
}

const MINUTE_MS = 60_000;

/**
 * Covers each of these spans exactly with the fewest and longest rollups. Adjacent spans of the same length are joined.
 * @param starts the starts of the spans, ascending; each span ends where the next one starts, the last one at `end`
 * @param within only this part is covered
 * @param finest the shortest length to use: rollups by webhook have no minutes
 */
export function coverOf(starts: readonly number[], end: number, within: Span, finest: Grain): RollupCover {
  const grains = GRAINS.filter((grain) => grain >= finest).reverse();
  const cover: RollupCover = { rollupSpans: [], rowSpans: [] };
  starts.forEach((start, index) => {
    const from = Math.max(start, within.from);
    const to = Math.min(starts[index + 1] ?? end, within.to);
    if (from < to) addCover(cover, { from, to }, grains);
  });
  return cover;
}

function addCover(cover: RollupCover, span: Span, [grain, ...finer]: readonly Grain[]): void {
  if (span.from >= span.to) return;
  if (grain === undefined) {
    append(cover.rowSpans, span);
    return;
  }
  const length = grain * MINUTE_MS;
  const from = Math.ceil(span.from / length) * length;
  const to = Math.floor(span.to / length) * length;
  const isWhole = from < to;
  addCover(cover, { from: span.from, to: isWhole ? from : span.to }, finer);
  if (!isWhole) return;
  append(cover.rollupSpans, { grain, from, to });
  addCover(cover, { from: to, to: span.to }, finer);
}

function append<Each extends Span & { grain?: Grain }>(list: Each[], next: Each): void {
  const last = list.findLast((each) => each.grain === next.grain);
  if (last?.to === next.from) last.to = next.to;
  else list.push(next);
}
