import { bodyOf } from '../graphql/body.type';
import { jsonOrText } from '../json/json-output';
import { type RowSource, rawJson, type SqlFields } from '../read-plan/sql-fields';
import { documentSql } from './data/envelope';
import { unlessErased } from './payload.store';

/** The bytes of a payload, or of the document in it, which is never cut. @param enveloped an expression; absent: the payload */
function payloadWithType(id: string, enveloped?: string): string {
  const bytes = enveloped === undefined ? 'body' : documentSql(enveloped, 'body');
  const total = enveloped === undefined ? 'byte_length' : `case when not ${enveloped} then byte_length end`;
  return `(select json_build_array(encode(${bytes}, 'base64'), content_type, ${total}) from payloads
    where id = ${id} and body is not null)`;
}

type RawPayload = [body: string, contentType: string, bytes: number | null];

type OfRow = (row: RowSource) => string;

/** The fields `data` and `dataBody`. @param ofBody the id of the payload with the bytes @param enveloped of an event */
export function payloadFields(ofBody: OfRow, enveloped?: OfRow): SqlFields['fields'] {
  const source = (id: OfRow) => (row: RowSource) =>
    payloadWithType(unlessErased(id(row), row.column('erasure_id')), enveloped?.(row));
  return {
    data: rawJson(
      source((row) => row.column('payload_id')),
      (raw) => {
        if (raw === null) return null;
        const [base64, contentType, bytes] = raw as RawPayload;
        const body = Buffer.from(base64, 'base64');
        return jsonOrText(body, contentType, bytes !== null && bytes > body.length);
      },
    ),
    dataBody: rawJson(source(ofBody), (raw) => {
      if (raw === null) return null;
      const [body, contentType, bytes] = raw as RawPayload;
      return bodyOf(Buffer.from(body, 'base64'), contentType || null, bytes ?? undefined);
    }),
  };
}

export const businessEventSqlFields: readonly SqlFields[] = [
  {
    type: 'BusinessEvent',
    fields: payloadFields(
      (row) => row.column('payload_id'),
      (row) => row.column('enveloped'),
    ),
  },
];
