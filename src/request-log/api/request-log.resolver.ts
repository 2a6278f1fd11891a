import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { loadEvent, loadPayload } from '../../events/business-event.resolver';
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
import { loadUser } from '../../users/user.resolver';
import { UserType } from '../../users/user.type';
import { CONTENT_READERS, READERS, readsContent } from '../../viewer';
import { loadWebhook } from '../../webhooks/api/webhook.resolver';
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
      'One exchange; null when there is none with this id.',
      '{ webhookRequestLog(id: "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e") { status error response webhook { name } user { name } } }',
    ),
  })
  webhookRequestLog(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'Of a WebhookRequestLog, `req_...`.' }) id: string,
  ) {
    return loadRequest(context, uuidOf('WebhookRequestLog', id));
  }

  @HasRole(...READERS)
  @Query(() => RequestLogConnection, {
    description: withExample(
      'Every exchange with every partner, newest first.',
      '{\n  webhookRequestLogs(where: { referenceDocument: { eq: "INV-0042" } }) {\n' +
        '    nodes { startedAt status error webhook { name } }\n  }\n}',
    ),
  })
  webhookRequestLogs(@Ctx() context: Context, @Args(() => RequestLogListArgs) args: RequestLogListArgs) {
    return listPage(context, listedRequests(context.viewer, args));
  }

  @FieldResolver(() => ID, { description: '`req_` and 32 hexadecimal digits; never changes.' })
  id(@Root() row: RequestRow) {
    return toNodeId('WebhookRequestLog', row.id);
  }

  @FieldResolver(() => WebhookType, { nullable: true, description: 'Under which agreement it was exchanged.' })
  webhook(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadWebhook(context, row.webhookId);
  }

  @FieldResolver(() => UserType, { nullable: true, description: 'Who triggered it.' })
  user(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadUser(context, row.userId);
  }

  @FieldResolver(() => String, {
    description:
      'What was called; INCOMING: our own address, its token replaced. Its path and query may hold values of the document: who may not read `data` sees the whole only ' +
      "where it is the webhook's present `url`, else scheme and host: `https://api.example.com/...`.",
  })
  async url(@Root() row: RequestRow, @Ctx() context: Context) {
    if (readsContent(context.viewer)) return row.url;
    return shownUrl(row.url, (await loadWebhook(context, row.webhookId))?.url ?? null);
  }

  @FieldResolver(() => BusinessEventType, { nullable: true, description: 'What happened, that this tells.' })
  businessEvent(@Root() row: RequestRow, @Ctx() context: Context) {
    return loadEvent(context, row.businessEventId);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'Request headers as an object with lower-case names; values that are secret are replaced.',
  })
  async headers(@Root() row: RequestRow, @Ctx() context: Context) {
    return asObject(await loadHeaders(context, row.id, 'headers'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The request headers, at most 200; order and repeats as on the wire.',
  })
  async headerList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'headers'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The body that was sent: JSON, else its text, else its base64.',
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
      'The exact bytes behind `data`, as on the wire: those that are signed. INCOMING: with their content encoding, if they ' +
      'had one; of a refused call perhaps only the beginning.',
  })
  async dataBody(@Root() row: RequestRow, @Ctx() context: Context) {
    const payload = await loadPayload(context, row.wirePayloadId ?? row.payloadId);
    return payload?.body ? bodyOf(payload.body, payload.contentType || null, payload.byteLength) : null;
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, {
    nullable: true,
    description: 'The body that came back: JSON, else its text, else its base64.',
  })
  async response(@Root() row: RequestRow, @Ctx() context: Context) {
    const response = await loadResponse(context, row.id);
    return jsonOrText(response?.body ?? null, '', response?.truncated ?? false);
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => GraphQLJSON, { nullable: true, description: 'As an object with lower-case names.' })
  async responseHeaders(@Root() row: RequestRow, @Ctx() context: Context) {
    return asObject(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => [HttpHeaderType], {
    nullable: true,
    description: 'The headers of the answer, 32 KiB at most; order and repeats as on the wire.',
  })
  async responseHeaderList(@Root() row: RequestRow, @Ctx() context: Context) {
    return asList(await loadHeaders(context, row.id, 'responseHeaders'));
  }

  @HasRole(...CONTENT_READERS)
  @FieldResolver(() => BodyType, {
    nullable: true,
    description: 'What came back, decompressed; its first 64 KiB are kept.',
  })
  async responseBody(@Root() row: RequestRow, @Ctx() context: Context) {
    const response = await loadResponse(context, row.id);
    if (!response?.body) return null;
    const contentType = headerNamed(readHeaderPairs(response.headers), 'content-type');
    // not by their numbers: what was kept is shorter, or longer, where a secret was taken out
    return bodyOf(response.body, contentType, response.bytes ?? undefined, response.truncated ?? undefined);
  }
}
