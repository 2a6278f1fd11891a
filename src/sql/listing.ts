/** A table as a list. */
export interface Listing {
  table: string;
  /** The SELECT list, with the property names of rows in TypeScript; it includes `id`. */
  columns: string;
}

/** Rows are ordered by `column` and id, or by id alone, which is the order of time. */
export interface Order {
  column: { sql: string; property: string; type: 'text' | 'timestamptz' | 'integer' | 'uuid' } | null;
  descending: boolean;
}

export interface PageRequest {
  order: Order;
  /** The number of rows, 1 to 100. */
  size: number;
  /** Whether the page before the cursor is read, instead of the one after it. */
  backward: boolean;
  cursor: { id: string; value: string | null } | null;
}
