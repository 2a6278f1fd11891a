import { getMetadataArgsStorage } from 'typeorm';
import { ArrayParameter } from './wire/array-parameter';

/** Columns of a table and the properties of rows for them. */
export interface Columns<Row> {
  readonly length: number;
  /** As in `insert into t (id, url)`. */
  readonly names: string;
  /** The arguments of `unnest`: `$1::uuid[], $2::text[]`. @param first the number of the first parameter */
  arrays(first?: number): string;
  /** The rows of these parameters, as in `from ${source()} as t (${names})`. @param first the number of the first parameter */
  source(first?: number): string;
  /** The values of these parameters. */
  valuesOf(rows: readonly Row[]): unknown[];
}

export type Column<Key> = readonly [key: Key, name: string, type: string];

/** All columns of an entity, which declares their names and types. */
export function allOf<Entity extends object>(entity: new () => Entity): Column<keyof Entity & string>[] {
  return getMetadataArgsStorage()
    .columns.filter(({ target }) => target === entity)
    .map(({ propertyName, options }) => [
      propertyName as keyof Entity & string,
      options.name ?? columnOf(propertyName),
      String(options.type),
    ]);
}

/** These of them, for `columns`. */
export function ofEntity<Entity extends object, Property extends keyof Entity & string>(
  entity: new () => Entity,
  properties: readonly Property[],
): Column<Property>[] {
  const all = new Map<string, Column<string>>(allOf(entity).map((column) => [column[0], column]));
  return properties.map((property) => all.get(property) as Column<Property>);
}

export function columns<Row>(list: readonly Column<keyof Row>[]): Columns<Row> {
  const arrays = (first = 1) => list.map(([, , type], index) => `$${first + index}::${type}[]`).join(', ');
  return {
    length: list.length,
    names: list.map(([, name]) => name).join(', '),
    arrays,
    source: (first) => `unnest(${arrays(first)})`,
    valuesOf: (rows) =>
      list.map(([key, , type]) => {
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

/** The column of a property: `document_type` of `documentType`. */
export function columnOf(property: string): string {
  return property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
