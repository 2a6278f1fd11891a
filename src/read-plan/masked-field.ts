import { masksOf } from '../graphql/roles/masked';
import { type ContentForm, type ContentPart, maskedContent } from '../masking/masked-content';
import { jsonOf } from '../sql/json-sql';
import { Unreadable } from './compiler';
import type { SqlField, TypeSqlFields, ValueField } from './sql-fields';

type Raw = [documentType: string | null, webhookId: string | null, value: unknown];

/**
 * A field with content as it is read for a viewer from whom some content is hidden: its value passes through their masks.
 * A field that is declared in another way is left to its resolver, which has them too.
 */
export function maskedField(
  part: ContentPart,
  form: ContentForm,
  types: TypeSqlFields | undefined,
  field: SqlField,
): ValueField {
  if (field.kind !== 'value' || !field.sql || !types) throw new Unreadable();
  const { sql, after } = field;
  const columns = ['documentType', 'webhookId'].map((name) => types.columns.get(name));
  return {
    ...field,
    json: (row) => {
      const origin = columns.map((column) => (column ? row.column(column) : 'null'));
      return jsonOf(`json_build_array(${origin.join(', ')}, ${sql(row)})`, true);
    },
    after(raw, context) {
      const [documentType, webhookId, read] = raw as Raw;
      const value = after ? after(read, context) : read;
      return maskedContent(masksOf(context), part, form, { documentType, webhookId }, value);
    },
  };
}
