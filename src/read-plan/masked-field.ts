import type { Context } from '../graphql/context';
import { masksOf } from '../graphql/roles/masked';
import { type ContentForm, type ContentPart, maskedContent } from '../masking/masked-content';
import type { Origin } from '../masking/rule';
import { jsonOf } from '../sql/json-sql';
import { Unreadable } from './compiler';
import type { SqlField, TypeSqlFields, ValueField } from './sql-fields';

type Raw = [documentType: string | null, webhookId: string | null, value: unknown];

/** How a field with content is masked. */
export interface Masking {
  part: ContentPart;
  form: ContentForm;
  /** Whether it depends on the document type or the webhook of the row, which are then read with it. */
  tellsRowsApart: boolean;
}

/** What no rule tells apart. A rule that was made since then hides as much as it can. */
const UNREAD: Origin = { documentType: null, webhookId: null };

/**
 * A field with content as it is read for a viewer from whom some content is hidden: its value passes through their masks.
 * A field that is declared in another way is left to its resolver, which has them too.
 */
export function maskedField(
  { part, form, tellsRowsApart }: Masking,
  types: TypeSqlFields | undefined,
  field: SqlField,
): ValueField {
  if (field.kind !== 'value' || !field.sql || !types) throw new Unreadable();
  const { sql, after } = field;
  const mask = (read: unknown, origin: Origin, context: Context) =>
    maskedContent(masksOf(context), part, form, origin, after ? after(read, context) : read);
  if (!tellsRowsApart) return { ...field, after: (read, context) => mask(read, UNREAD, context) };
  const columns = ['documentType', 'webhookId'].map((name) => types.columns.get(name));
  return {
    ...field,
    json: (row) => {
      const origin = columns.map((column) => (column ? row.column(column) : 'null'));
      return jsonOf(`json_build_array(${origin.join(', ')}, ${sql(row)})`, true);
    },
    after(raw, context) {
      const [documentType, webhookId, read] = raw as Raw;
      return mask(read, { documentType, webhookId }, context);
    },
  };
}
