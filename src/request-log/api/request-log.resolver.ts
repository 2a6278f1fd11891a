import { GraphQLJSON } from 'graphql-scalars';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { BUSINESS_EVENT, loadPayload, payloadFields } from '../../events/business-event.resolver';
import { BodyType, bodyOf } from '../../graphql/body.type';
import { Content } from '../../graphql/content/content';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { loadContent } from '../../graphql/limits/answer-size';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked, masksOf } from '../../graphql/roles/masked';
import { jsonOrText } from '../../json/json-text';
import { byId, link, linkedFields, page, pageBelow, rootFields } from '../../read-plan/linked-fields';
import { rawJson, rowList, rowType, type SqlFields } from '../../read-plan/sql-fields';
import { jsonOf } from '../../sql/json-sql';
import { USER } from '../../users/user.resolver';
import { type HeaderPairs, headerNamed, headersAsObject, readHeaderPairs } from '../../values/text';
import { WEBHOOK } from '../../webhooks/api/webhook.resolver';
import { shownUrl, shownUrlSql } from '../../webhooks/credentials/shown-url';
import { REQUEST_LOG, type RequestRow, requestHeadersById, requestsById, responsesById } from '../request-log.store';
import { listedRequests, RequestLogListArgs } from './request-log.inputs';
import { HttpHeaderType, RequestLogConnection, RequestLogType } from './request-log.type';

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

export const WEBHOOK_REQUEST_LOG = rowType('WebhookRequestLog', () => RequestLogType, REQUEST_LOG, requestsById);

export const requestList = rowList(WEBHOOK_REQUEST_LOG, {
  connection: () => RequestLogConnection,
  args: () => RequestLogListArgs,
  listQuery: (args, context) => listedRequests(masksOf(context).seesAll, args),
});

export const requestLogLinkedFields = [
  rootFields({
    webhookRequestLog: byId(WEBHOOK_REQUEST_LOG, 'The id of the request, `req_...`.', {
      access: HasRole(...READERS),
      description: withExample(
        'The request with this id; null: there is none.',
        '{ webhookRequestLog(id: "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status error response webhook { name } user ' +
          '{ name } } }',
      ),
    }),
    webhookRequestLogs: page(requestList, {
      access: HasRole(...READERS),
      description: withExample(
        'The Webhook Request Log: all requests to and from partners, newest first.',
        '{\n  webhookRequestLogs(where: { referenceDocument: { eq: "INV-0042" } }) {\n' +
          '    nodes { startedAt status error webhook { name } }\n  }\n}',
      ),
    }),
  }),
  linkedFields(WEBHOOK_REQUEST_LOG, {
    webhook: link(WEBHOOK, 'webhookId', 'The webhook to which the request belongs.'),
    user: link(USER, 'userId', 'The user who triggered the request; null if it is not known.'),
    businessEvent: link(
      BUSINESS_EVENT,
      'businessEventId',
      'The event that was sent; INCOMING: that the call became, null if it became none.',
    ),
  }),
  linkedFields(WEBHOOK, {
    requests: pageBelow(requestList, 'webhook_id', { description: 'Requests of this webhook, newest first.' }),
  }),
  linkedFields(USER, {
    requests: pageBelow(requestList, 'user_id', { description: 'Requests that this user triggered, newest first.' }),
  }),
  linkedFields(BUSINESS_EVENT, {
    requests: pageBelow(requestList, 'business_event_id', {
      description: 'Requests that sent this event (OUTGOING), and calls that reported it (INCOMING), newest first.',
    }),
  }),
];

async function loadHeaders(context: Context, id: string, side: 'headers' | 'responseHeaders') {
  const row = await loadContent(context, 'Request.headers', id, {
    load: (ids) => requestHeadersById(context.db, ids),
    bytesOf: ({ headers, responseHeaders }) => (headers?.length ?? 0) + (responseHeaders?.length ?? 0),
  });
  return readHeaderPairs(row?.[side] ?? null);
}

function loadResponse(context: Context, id: string) {
  return loadContent(context, 'Request.response', id, {
    load: (ids) => responsesById(context.db, ids),
    bytesOf: ({ body }) => body?.length ?? 0,
  });
}

const loadedList = (pairs: HeaderPairs | null) => pairs?.map(([name, value]) => ({ name, value })) ?? null;
const loadedObject = (pairs: HeaderPairs | null) => pairs && headersAsObject(pairs);

@Resolver(() => RequestLogType)
export class RequestLogResolver {
  @FieldResolver(() => String, {
    description:
      'The URL of the request; INCOMING: the URL of Hookledger that was called, with its token replaced. Path and ' +
      'query may contain values of the document, so viewers from whom masking rules hide content see the whole URL only if ' +
      'it equals the current `url` of the webhook, otherwise its scheme and host: `https://api.example.com/...`.',
  })
  async url(@Root() row: RequestRow, @Ctx() context: Context) {
    if (masksOf(context).seesAll) return row.url;
    return shownUrl(row.url, (await WEBHOOK.load(context, row.webhookId))?.url ?? null);
  }

  @Content()
  @Masked('HEADERS')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The request headers as an object with lower-case names. Secret values are replaced by [secret].',
  })
  async headers(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadedObject(await loadHeaders(context, row.id, 'headers'));
  }

  @Content()
  @Masked('HEADERS')
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The request headers, at most 200, in the order in which they were sent, with repetitions.',
  })
  async headerList(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadedList(await loadHeaders(context, row.id, 'headers'));
  }

  @Content()
  @Masked('DATA')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The body of the request: as JSON if it is JSON, otherwise as text if it is UTF-8, otherwise in base64. null: there is none, or it was erased.',
  })
  async data(@Root() row: RequestRow, @Ctx() context: Context) {
    const payload = await loadPayload(context, row.payloadId);
    return payload?.body
      ? jsonOrText(payload.body, payload.contentType, payload.byteLength > payload.body.length)
      : null;
  }

  @Content()
  @Masked('DATA')
  @FieldResolver(() => BodyType, {
    nullable: true,
    description:
      'The bytes of `data` as they were sent, which are those that were signed. INCOMING: before the content ' +
      'encoding was decoded; of a refused call possibly only the beginning.',
  })
  async dataBody(@Root() row: RequestRow, @Ctx() context: Context) {
    const payload = await loadPayload(context, row.wirePayloadId ?? row.payloadId);
    return payload?.body ? bodyOf(payload.body, payload.contentType || null, payload.byteLength) : null;
  }

  @Content()
  @Masked('RESPONSE')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The body of the response: as JSON if it is JSON, otherwise as text if it is UTF-8, otherwise in base64. null: there is none, or it was erased.',
  })
  async response(@Root() row: RequestRow, @Ctx() context: Context) {
    const response = await loadResponse(context, row.id);
    return jsonOrText(response?.body ?? null, '', response?.truncated ?? false);
  }

  @Content()
  @Masked('RESPONSE_HEADERS')
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The response headers as an object with lower-case names.',
  })
  async responseHeaders(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadedObject(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @Content()
  @Masked('RESPONSE_HEADERS')
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The response headers, at most 32 KiB, in the order in which they were received, with repetitions.',
  })
  async responseHeaderList(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadedList(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @Content()
  @Masked('RESPONSE')
  @FieldResolver(() => BodyType, {
    nullable: true,
    description: 'The body of the response, decompressed. Only its first 64 KiB are stored.',
  })
  async responseBody(@Root() row: RequestRow, @Ctx() context: Context) {
    const response = await loadResponse(context, row.id);
    if (!response?.body) return null;
    const contentType = headerNamed(readHeaderPairs(response.headers), 'content-type');
    // not computed from the stored bytes: replacing a secret made them shorter or longer
    return bodyOf(response.body, contentType, response.bytes ?? undefined, response.truncated ?? undefined);
  }
}
