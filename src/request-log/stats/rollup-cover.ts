import { GRAINS, type Grain } from './request-stats.entity';
import type { Span } from './stats-buckets';

/** Whole spans of one grain. */
export interface Piece extends Span {
  grain: Grain;
}

/** How spans of time are counted: from what is counted already, and row by row at edges within a grain. */
export interface Cover {
  pieces: Piece[];
  windows: Span[];
}

const MINUTE_MS = 60_000;

/**
 * The fewest and coarsest pieces that make up each of these spans, exactly. Pieces of neighbouring spans are joined.
 * @param starts where each begins, ascending; each ends where the next begins, the last at `end`
 * @param within nothing outside of it
 * @param finest where counts are kept by webhook, minutes are not
 */
export function coverOf(starts: readonly number[], end: number, within: Span, finest: Grain): Cover {
  const grains = GRAINS.filter((grain) => grain >= finest).reverse();
  const cover: Cover = { pieces: [], windows: [] };
  starts.forEach((start, index) => {
    const from = Math.max(start, within.from);
    const to = Math.min(starts[index + 1] ?? end, within.to);
    if (from < to) addCover(cover, { from, to }, grains);
  });
  return cover;
}

function addCover(cover: Cover, span: Span, [grain, ...finer]: readonly Grain[]): void {
  if (span.from >= span.to) return;
  if (grain === undefined) {
    append(cover.windows, span);
    return;
  }
  const length = grain * MINUTE_MS;
  const from = Math.ceil(span.from / length) * length;
  const to = Math.floor(span.to / length) * length;
  const isWhole = from < to;
  addCover(cover, { from: span.from, to: isWhole ? from : span.to }, finer);
  if (!isWhole) return;
  append(cover.pieces, { grain, from, to });
  addCover(cover, { from: to, to: span.to }, finer);
}

function append<Each extends Span & { grain?: Grain }>(list: Each[], next: Each): void {
  const last = list.findLast((each) => each.grain === next.grain);
  if (last?.to === next.from) last.to = next.to;
  else list.push(next);
}
