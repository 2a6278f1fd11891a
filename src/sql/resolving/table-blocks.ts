// How large the tables are that lists read, for the price of reading one row by row.
import { currentMs } from '../../clock';
import { type Db, rowsOf, statement } from '../db';

/** Milliseconds since 1970. null: without an end. */
export interface TimeRange {
  from: number | null;
  to: number | null;
}

export interface TableBlocks {
  /** Blocks of 8 KiB that the rows of these times take, of an index by month to the nearest part of a month. */
  of(table: string, range: TimeRange): number;
}

/** About those of 300,000 requests. */
const UNKNOWN_BLOCKS = 30_000;
const KEPT_MS = 60_000;

/** A table, or its partition of a month. */
interface Part {
  table: string;
  /** `2026_10`; null: the table has no partitions. */
  month: string | null;
  blocks: number;
}

const PARTS = statement(`select parent.relname as "table", substring(part.relname from '_(\\d{4}_\\d{2})$') as month,
    (coalesce(pg_relation_size(coalesce(part.oid, parent.oid)), 0) / current_setting('block_size')::integer)::integer as blocks
  from pg_class as parent left join pg_inherits on inhparent = parent.oid left join pg_class as part on part.oid = inhrelid
  where parent.relnamespace = current_schema()::regnamespace and parent.relname = any($1::text[])`);

/** Read again when they are asked for, at most once a minute. @param onFailure then the last ones are used */
export async function readTableBlocks(
  db: Db,
  tables: readonly string[],
  onFailure: (error: unknown) => void,
): Promise<TableBlocks> {
  let parts: Part[] | null = null;
  let readAt = 0;
  const read = async () => {
    readAt = currentMs();
    try {
      parts = await rowsOf<Part>(db, PARTS, [tables]);
    } catch (error) {
      onFailure(error);
    }
  };
  await read();
  return {
    of(table, range) {
      if (currentMs() - readAt > KEPT_MS) void read();
      return parts === null ? UNKNOWN_BLOCKS : blocksIn(parts, table, range);
    },
  };
}

function blocksIn(parts: readonly Part[], table: string, range: TimeRange): number {
  const each = parts.filter((part) => part.table === table).map((part) => part.blocks * shareOf(part, range));
  return Math.round(each.reduce((sum, blocks) => sum + blocks, 0));
}

/** The share of the rows of a part, as if they came evenly. */
function shareOf({ month }: Part, { from, to }: TimeRange): number {
  if (month === null) return 1;
  const [year, number] = month.split('_').map(Number) as [number, number];
  const start = Date.UTC(year, number - 1, 1);
  const end = Math.min(Date.UTC(year, number, 1), Math.max(currentMs(), start + 1));
  const ms = Math.min(to ?? end, end) - Math.max(from ?? start, start);
  return Math.max(ms, 0) / (end - start);
}
