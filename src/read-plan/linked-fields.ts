// One declaration of a linked field makes both: how the field is read in one statement, and the resolver that answers
// where a query has no plan.
import type { LinkedField, LinkToNewest, LinkToRow, OneRow, PageOfRows } from './linked-field';
import { type ResolverClass, resolverOf } from './linked-field-resolvers';
import type { RowType } from './row-type';
import { columnsOf, type SqlField, type SqlFields } from './sql-fields';

export interface LinkedFields {
  resolver: ResolverClass;
  sqlFields: SqlFields;
}

export function linkedFields<Row extends { id: string }>(
  parent: RowType<Row>,
  fields: Record<string, LinkToRow<keyof Row & string> | LinkToNewest | PageOfRows>,
): LinkedFields {
  return {
    resolver: resolverOf(parent.type, fields),
    sqlFields: { type: parent.name, listing: parent.listing, fields: sqlOf(fields, parent.listing.columns) },
  };
}

/** Fields of Query. */
export function rootFields(fields: Record<string, PageOfRows | OneRow>): LinkedFields {
  return { resolver: resolverOf(null, fields), sqlFields: { type: 'Query', fields: sqlOf(fields, '') } };
}

function sqlOf(fields: Record<string, LinkedField>, columnsOfParent: string): SqlFields['fields'] {
  const columns = columnsOf(columnsOfParent);
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, sqlFieldOf(field, columns)]));
}

function sqlFieldOf(field: LinkedField, columns: ReadonlyMap<string, string>): SqlField {
  if (field.kind === 'one') return { kind: 'one', of: field.of.name, id: field.id };
  if (field.kind === 'page') {
    const { list, column } = field;
    return { kind: 'pages', of: list.of.name, column, list: (args, context) => list.listQuery(args, context) };
  }
  if (field.kind === 'newest') {
    const { to, column } = field;
    const newest = (parent: string) => `(select newest.id from ${to.listing.table} as newest
      where newest.${column} = ${parent} order by newest.id desc limit 1)`;
    return { kind: 'link', to: to.name, id: (row) => newest(row.column('id')) };
  }
  const column = columns.get(field.key);
  if (column === undefined) throw new Error(`no column is listed as ${field.key}`);
  return { kind: 'link', to: field.to.name, id: (row) => row.column(column) };
}
