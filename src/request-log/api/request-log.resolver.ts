import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { BUSINESS_EVENT } from '../../events/business-event.linked-fields';
import { loadPayload } from '../../events/business-event.resolver';
import { BusinessEventType } from '../../events/business-event.type';
import { BodyType, bodyOf } from '../../graphql/body.type';
import type { Context } from '../../graphql/context';
import { loaderFor } from '../../graphql/data-loaders';
import { withExample } from '../../graphql/example';
import { listPage } from '../../graphql/lists/list';
import { HasRole } from '../../graphql/roles/has-role';
import { type HeaderPairs, headerNamed, headersAsObject, readHeaderPairs } from '../../header-pairs';
import { toNodeId, uuidOf } from '../../ids';
import { jsonOrText } from '../../json/json-output';
import { USER } from '../../users/user.linked-fields';
import { UserType } from '../../users/user.type';
import { CONTENT_READERS, READERS, readsContent } from '../../viewer';
import { WEBHOOK } from '../../webhooks/api/webhook.linked-fields';
import { WebhookType } from '../../webhooks/api/webhook.type';
import { shownUrl } from '../../webhooks/credentials/shown-url';
import { type RequestRow, requestHeadersById, requestsById, responsesById } from '../request-log.store';
import { listedRequests, RequestLogListArgs } from './request-log.inputs';
import { HttpHeaderType, RequestLogConnection, RequestLogType } from './request-log.type';

export function loadRequest(context: Context, id: string | null): Promise<RequestRow | null> | null {
  return id === null ? null : loaderFor(context, 'Request', (ids) => requestsById(context.db, ids)).load(id);
}

async function loadHeaders(context: Context, id: string, side: 'headers' | 'responseHeaders') {
  const loader = loaderFor(context, 'Request.headers', (ids) => requestHeadersById(context.db, ids));
  return readHeaderPairs((await loader.load(id))?.[side] ?? null);
}

function loadResponse(context: Context, id: string) {
  return loaderFor(context, 'Request.response', (ids) => responsesById(context.db, ids)).load(id);
}

const asList = (pairs: HeaderPairs | null) => pairs?.map(([name, value]) => ({ name, value })) ?? null;
const asObject = (pairs: HeaderPairs | null) => pairs && headersAsObject(pairs);

@Resolver(() => RequestLogType)
export class RequestLogResolver {
  @HasRole(...READERS)
  @Query(() => RequestLogType, {
    nullable: true,
    description: withExample(
      'A request by its id; null if there is none.',
      '{ webhookRequestLog(id: "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status error response webhook { name } user ' +
        '{ name } } }',
    ),
  })
  webhookRequestLog(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of the request, `req_...`.' }) id: string,
  ) {
    return loadRequest(context, uuidOf('WebhookRequestLog', id));
  }

  @HasRole(...READERS)
  @Query(() => RequestLogConnection, {
    description: withExample(
      'The Webhook Request Log: all requests to and from partners, newest first.',
      '{\n  webhookRequestLogs(where: { referenceDocument: { eq: "INV-0042" } }) {\n' +
        '    nodes { startedAt status error webhook { name } }\n  }\n}',
    ),
  })
  webhookRequestLogs(@Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return listPage(context, listedRequests(context.viewer, args));
  }

  @FieldResolver(() => ID, { description: '`req_` and 32 hexadecimal digits.' })
  id(@Root() row: RequestRow) {
    return toNodeId('WebhookRequestLog', row.id);
  }

  @FieldResolver(() => WebhookType, {
    nullable: true,
    description: 'The webhook to which the request belongs.',
  })
  webhook(@Root() row: RequestRow, @Ctx() context: Context) {
    return WEBHOOK.load(context, row.webhookId);
  }

  @FieldResolver(() => UserType, {
    nullable: true,
    description: 'The user who triggered the request; null if it is not known.',
  })
  user(@Root() row: RequestRow, @Ctx() context: Context) {
    return USER.load(context, row.userId);
  }

  @FieldResolver(() => String, {
    description:
      'The URL of the request; INCOMING: the URL of Hookledger that was called, with its token replaced. Path and ' +
      'query may contain values of the document, so viewers who may not read `data` see the whole URL only if it ' +
      'equals the current `url` of the webhook, otherwise its scheme and host: `https://api.example.com/...`.',
  })
  async url(@Root() row: RequestRow, @Ctx() context: Context) {
    if (readsContent(context.viewer)) return row.url;
    return shownUrl(row.url, (await WEBHOOK.load(context, row.webhookId))?.url ?? null);
  }

  @FieldResolver(() => BusinessEventType, { nullable: true, description: 'The event that this request reported.' })
  businessEvent(@Root() row: RequestRow, @Ctx() context: Context) {
    return BUSINESS_EVENT.load(context, row.businessEventId);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The request headers as an object with lower-case names. Secret values are replaced by [secret].',
  })
  async headers(@Root() row: RequestRow, @Ctx() context: Context) {
    return asObject(await loadHeaders(context, row.id, 'headers'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The request headers, at most 200, in the order in which they were sent, with repetitions.',
  })
  async headerList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'headers'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The body of the request: as JSON if it is JSON, otherwise as text if it is UTF-8, otherwise in base64.',
  })
  async data(@Root() row: RequestRow, @Ctx() context: Context) {
    const payload = await loadPayload(context, row.payloadId);
    return payload?.body
      ? jsonOrText(payload.body, payload.contentType, payload.byteLength > payload.body.length)
      : null;
  }

  @HasRole(...CONTENT_READERS)
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

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description:
      'The body of the response: as JSON if it is JSON, otherwise as text if it is UTF-8, otherwise in base64.',
  })
  async response(@Root() row: RequestRow, @Ctx() context: Context) {
    const response = await loadResponse(context, row.id);
    return jsonOrText(response?.body ?? null, '', response?.truncated ?? false);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The response headers as an object with lower-case names.',
  })
  async responseHeaders(@Root() row: RequestRow, @Ctx() context: Context) {
    return asObject(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The response headers, at most 32 KiB, in the order in which they were received, with repetitions.',
  })
  async responseHeaderList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @HasRole(...CONTENT_READERS)
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
