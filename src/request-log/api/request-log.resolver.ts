import { GraphQLJSON } from 'graphql-scalars';
import { Ctx, FieldResolver, ID, Resolver, Root } from 'type-graphql';
import { loadPayload } from '../../events/business-event.resolver';
import { BodyType, bodyOf } from '../../graphql/body.type';
import { Content } from '../../graphql/content/content';
import type { Context } from '../../graphql/context';
import { loadContent } from '../../graphql/limits/answer-size';
import { Masked, masksOf } from '../../graphql/roles/masked';
import { type HeaderPairs, headerNamed, headersAsObject, readHeaderPairs } from '../../header-pairs';
import { toNodeId } from '../../ids';
import { jsonOrText } from '../../json/json-output';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { shownUrl } from '../../webhooks/credentials/shown-url';
import { type RequestRow, requestHeadersById, responsesById } from '../request-log.store';
import { HttpHeaderType, RequestLogType } from './request-log.type';

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

const asList = (pairs: HeaderPairs | null) => pairs?.map(([name, value]) => ({ name, value })) ?? null;
const asObject = (pairs: HeaderPairs | null) => pairs && headersAsObject(pairs);

@Resolver(() => RequestLogType)
export class RequestLogResolver {
  @FieldResolver(() => ID, { description: '`req_` and 32 hexadecimal digits.' })
  id(@Root() row: RequestRow) {
    return toNodeId('WebhookRequestLog', row.id);
  }

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
    return asObject(await loadHeaders(context, row.id, 'headers'));
  }

  @Content()
  @Masked('HEADERS')
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The request headers, at most 200, in the order in which they were sent, with repetitions.',
  })
  async headerList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'headers'));
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
    return asObject(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @Content()
  @Masked('RESPONSE_HEADERS')
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The response headers, at most 32 KiB, in the order in which they were received, with repetitions.',
  })
  async responseHeaderList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'responseHeaders'));
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
