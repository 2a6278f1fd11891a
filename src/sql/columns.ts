/** Columns of a table and the properties of rows for them. Rows are sent as one array per column. */
export interface Columns<Row> {
  readonly length: number;
  /** As in `insert into t (id, url)`. */
  readonly names: string;
  /** The arguments of `unnest`: `$1::uuid[], $2::text[]`. @param first the number of the first parameter */
  arrays(first?: number): string;
  /** The values of these parameters. */
  valuesOf(rows: readonly Row[]): unknown[][];
}

export function columns<Row>(list: readonly (readonly [key: keyof Row, name: string, type: string])[]): Columns<Row> {
  return {
    length: list.length,
    names: list.map(([, name]) => name).join(', '),
    arrays: (first = 1) => list.map(([, , type], index) => `$${first + index}::${type}[]`).join(', '),
    valuesOf: (rows) => list.map(([key]) => rows.map((row) => row[key])),
  };
}
