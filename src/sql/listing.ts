/** A table as a list: what to select, and the columns it can be ordered by. */
export interface Listing {
  table: string;
  /** The SELECT list, with the names that rows have in TypeScript; `id` is always among them. */
  columns: string;
}

/** Rows are ordered by `column` and then by id, or by id alone, which is time. */
export interface Order {
  column: { sql: string; property: string; type: 'text' | 'timestamptz' | 'integer' | 'uuid' } | null;
  descending: boolean;
}

export interface PageRequest {
  order: Order;
  /** How many rows, 1 to 100. */
  size: number;
  /** The page before the cursor instead of the one after it. */
  backward: boolean;
  cursor: { id: string; value: string | null } | null;
}
