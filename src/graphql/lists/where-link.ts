import { Field } from 'type-graphql';
import type { FieldFilter, FilterMap } from './where-to-sql';

/** A filter on a linked table. */
interface WhereLink {
  name: string;
  /** The other table's `where`. */
  type: () => object;
  description: string;
  filter: FieldFilter;
}

/** Adds a filter to the `where` of a table whose folder must not import the linked table's folder. */
export function addWhereLink(where: { prototype: object }, map: FilterMap, link: WhereLink): void {
  const { name, type, description, filter } = link;
  Field(type as () => typeof String, { nullable: true, description })(where.prototype, name);
  map[name] = filter;
}
