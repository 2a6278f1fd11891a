import { Field } from 'type-graphql';
import type { FieldFilter, FilterMap } from './where-to-sql';

/** A link between two tables as a filter of the one on the left, added by the one on the right. */
interface WhereLink {
  name: string;
  /** The other table's `where`. */
  type: () => object;
  description: string;
  filter: FieldFilter;
}

/** Folders import what stands to their left: what a `where` says of something to its right is added from there. */
export function addWhereLink(where: { prototype: object }, map: FilterMap, link: WhereLink): void {
  const { name, type, description, filter } = link;
  Field(type as () => typeof String, { nullable: true, description })(where.prototype, name);
  map[name] = filter;
}
