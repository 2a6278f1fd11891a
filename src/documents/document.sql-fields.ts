import { type RowSource, rawJson, type SqlFields, type ValueField } from '../read-plan/sql-fields';
import { documentId } from './document-id';

type RawName = [documentType: string, name: string];

/** The document of a row. Its lists have no plan: only its names are read with the row. */
const businessDocument: ValueField = {
  ...rawJson(
    (row: RowSource) => {
      const [type, name] = [row.column('document_type'), row.column('reference_document')];
      return `case when ${type} is not null and ${name} is not null then json_build_array(${type}, ${name}) end`;
    },
    (raw) => {
      if (raw === null) return null;
      const [documentType, name] = raw as RawName;
      return { id: documentId({ documentType, name }), documentType, name };
    },
  ),
  properties: ['id', 'documentType', 'name'],
};

export const documentSqlFields: readonly SqlFields[] = ['BusinessEvent', 'Delivery', 'WebhookRequestLog'].map(
  (type) => ({ type, fields: { businessDocument } }),
);
