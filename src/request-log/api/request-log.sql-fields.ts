import { payloadFields } from '../../events/business-event.sql-fields';
import { bodyOf } from '../../graphql/body.type';
import { headerNamed, headersAsObject, readHeaderPairs } from '../../header-pairs';
import { jsonOrText } from '../../json/json-output';
import { rawJson, type SqlFields } from '../../read-plan/sql-fields';
import { jsonOf } from '../../sql/json-sql';
import { shownUrlSql } from '../../webhooks/credentials/shown-url';

const asObject = (raw: unknown) => {
  const pairs = readHeaderPairs(raw as string | null);
  return pairs && headersAsObject(pairs);
};
const asList = (raw: unknown) =>
  readHeaderPairs(raw as string | null)?.map(([name, value]) => ({ name, value })) ?? null;

const requestFields: SqlFields['fields'] = {
  ...payloadFields((row) => `coalesce(${row.column('wire_payload_id')}, ${row.column('payload_id')})`),
  url: {
    kind: 'value',
    json: (row) => {
      const ofWebhook = `${row.joined('webhooks', row.column('webhook_id'))}.url`;
      return jsonOf(shownUrlSql(row.column('url'), ofWebhook), false);
    },
    whenNothingMasked: 'PLAIN',
  },
  remoteAddress: { ...rawJson((row) => row.column('remote_address')), whenNothingMasked: 'PLAIN' },
  headers: rawJson((row) => row.column('headers'), asObject),
  headerList: rawJson((row) => row.column('headers'), asList),
  response: rawJson(
    (row) => `json_build_array(encode(${row.column('response_body')}, 'base64'), ${row.column('response_truncated')})`,
    (raw) => {
      const [body, truncated] = raw as [string | null, boolean | null];
      return jsonOrText(body === null ? null : Buffer.from(body, 'base64'), '', truncated ?? false);
    },
  ),
  responseHeaders: rawJson((row) => row.column('response_headers'), asObject),
  responseHeaderList: rawJson((row) => row.column('response_headers'), asList),
  responseBody: rawJson(
    (row) =>
      `json_build_array(encode(${row.column('response_body')}, 'base64'), ${row.column('response_bytes')},
        ${row.column('response_truncated')}, ${row.column('response_headers')})`,
    (raw) => {
      const [body, bytes, truncated, headers] = raw as [string | null, number | null, boolean | null, string | null];
      if (body === null) return null;
      const contentType = headerNamed(readHeaderPairs(headers), 'content-type');
      return bodyOf(Buffer.from(body, 'base64'), contentType, bytes ?? undefined, truncated ?? undefined);
    },
  ),
};

export const requestLogSqlFields: readonly SqlFields[] = [{ type: 'WebhookRequestLog', fields: requestFields }];
