import { type FieldFilter, intFilter } from '../../graphql/lists/where-to-sql';

const WHOLE: Record<string, (bound: number) => number> = {
  gte: Math.ceil,
  gt: Math.floor,
  lt: Math.ceil,
  lte: Math.floor,
};
const MAX = Number.MAX_SAFE_INTEGER;

/** gte, gt, lt, lte on a column of sizes, which are whole; a bound is any number. */
export function sizeFilter(column: string): FieldFilter {
  return (tests, path) =>
    intFilter(column)(
      Object.fromEntries(Object.entries(tests).map(([name, bound]) => [name, whole(name, bound)])),
      path,
    );
}

function whole(name: string, bound: unknown): unknown {
  return typeof bound === 'number' ? Math.max(-MAX, Math.min(MAX, WHOLE[name]?.(bound) ?? bound)) : bound;
}
