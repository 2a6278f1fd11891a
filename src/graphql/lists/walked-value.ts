// The value of a column that a `where` names, and by whose index the rows of this value are found in the order of their ids.
import { type NodeName, uuidOf } from '../../ids';
import { type Condition, compares, equalsId, everything } from '../../sql/condition';

/** A field of a `where` and the column with the index: of a text, or the link to a row by its id. */
export interface WalkedField {
  field: string;
  column: string;
  /** null: a text. */
  link: NodeName | null;
}

/**
 * The condition that the first of these fields makes, if one is given by `eq`; else everything. All rows that meet the `where` meet it.
 * @param fields those with the fewest rows first. @param where valid for conditionOf()
 */
export function walkedValue(where: object | undefined, fields: readonly WalkedField[]): Condition {
  for (const { field, column, link } of fields) {
    const given = (where as Record<string, { eq?: unknown; id?: { eq?: unknown } } | undefined> | undefined)?.[field];
    const value = link === null ? given?.eq : given?.id?.eq;
    if (typeof value !== 'string') continue;
    if (link === null) return compares(column, '=', value);
    const id = uuidOf(link, value);
    if (id !== null) return equalsId(column, id);
  }
  return everything;
}
