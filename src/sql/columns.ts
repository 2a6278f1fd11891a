import { ArrayParameter } from './wire/array-parameter';

/** MANY: rows are sent as one array per column. ONE: a single row is sent as one value per column, which costs PostgreSQL less. */
export type RowCount = 'ONE' | 'MANY';

/** Columns of a table and the properties of rows for them. */
export interface Columns<Row> {
  readonly length: number;
  /** As in `insert into t (id, url)`. */
  readonly names: string;
  /** The arguments of `unnest`: `$1::uuid[], $2::text[]`. @param first the number of the first parameter */
  arrays(first?: number): string;
  /** The rows of these parameters, as in `from ${source()} as t (${names})`. @param first the number of the first parameter */
  source(first?: number, count?: RowCount): string;
  /** The values of these parameters. */
  valuesOf(rows: readonly Row[], count?: RowCount): unknown[];
}

export function columns<Row>(list: readonly (readonly [key: keyof Row, name: string, type: string])[]): Columns<Row> {
  const parameters = (first: number, suffix: string) =>
    list.map(([, , type], index) => `$${first + index}::${type}${suffix}`).join(', ');
  const arrays = (first = 1) => parameters(first, '[]');
  return {
    length: list.length,
    names: list.map(([, name]) => name).join(', '),
    arrays,
    source: (first = 1, count = 'MANY') =>
      count === 'ONE' ? `(select ${parameters(first, '')})` : `unnest(${arrays(first)})`,
    valuesOf: (rows, count = 'MANY') =>
      list.map(([key, , type]) => {
        if (count === 'ONE') return rows[0]?.[key];
        const values = rows.map((row) => row[key] ?? null);
        // unnest() gives the rows of the other columns a null
        return values.every((value) => value === null) ? null : new ArrayParameter(type, values);
      }),
  };
}

/** The condition that a column has one of these values, for a check of a table. */
export function oneOf(column: string, values: readonly (string | number)[]): string {
  return `${column} in (${values.map((value) => (typeof value === 'number' ? value : `'${value}'`)).join(', ')})`;
}
