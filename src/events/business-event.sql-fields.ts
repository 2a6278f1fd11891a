import { bodyOf } from '../graphql/body.type';
import { jsonOrText } from '../json/json-output';
import { type RowSource, rawJson, type SqlFields } from '../read-plan/sql-fields';

const payloadWithType = (id: string) =>
  `(select json_build_array(encode(body, 'base64'), content_type, byte_length) from payloads
    where id = ${id} and body is not null)`;

type RawPayload = [body: string, contentType: string, bytes: number];

/** The field `data` of a row that has a payload. */
const data = rawJson(
  (row) => payloadWithType(row.column('payload_id')),
  (raw) => {
    if (raw === null) return null;
    const [base64, contentType, bytes] = raw as RawPayload;
    const body = Buffer.from(base64, 'base64');
    return jsonOrText(body, contentType, bytes > body.length);
  },
);

/** The fields `data` and `dataBody`. @param ofBody the id of the payload with the bytes */
export function payloadFields(ofBody: (row: RowSource) => string): SqlFields['fields'] {
  return {
    data,
    dataBody: rawJson(
      (row) => payloadWithType(ofBody(row)),
      (raw) => {
        if (raw === null) return null;
        const [body, contentType, bytes] = raw as RawPayload;
        return bodyOf(Buffer.from(body, 'base64'), contentType || null, bytes);
      },
    ),
  };
}

export const businessEventSqlFields: readonly SqlFields[] = [
  { type: 'BusinessEvent', fields: payloadFields((row) => row.column('payload_id')) },
];
