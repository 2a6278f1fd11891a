import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/example';
import { payloadOf } from '../../graphql/mutation-payload';
import { HasRole } from '../../graphql/roles/has-role';
import { answer } from '../../graphql/user-error';
import { uuidOf } from '../../ids';
import { RequestLogResolver } from '../../request-log/api/request-log.resolver';
import type { RequestRow } from '../../request-log/request-log.store';
import type { Viewer } from '../../viewer';
import type { MaskedPart } from '../rule';
import { recordReveal } from './reveal';
import { RevealContentInput } from './reveal.inputs';
import { RevealedContentType } from './reveal.type';

const RevealContentPayload = payloadOf('RevealContent', {
  content: [() => RevealedContentType, 'The content. It is shown only here: nothing stays revealed.'],
});

@Resolver()
export class RevealResolver {
  @HasRole('SUPPORT')
  @Mutation(() => RevealContentPayload, {
    description: withExample(
      'Shows masked content of one request to SUPPORT, if its webhook has `supportMayReveal`. Requires a ' +
        'session that began at most 15 minutes ago; at most 30 times an hour. The audit trail records user, parts ' +
        'and reason before the answer is sent.',
      'mutation {\n  revealContent(input: {\n    requestId: "req_019cb6e2f0a17b4c8d5e6f7a8b9c0d1e"\n    parts: [RESPONSE]\n' +
        '    reason: "Ticket 4711: the partner rejects the tax id"\n  }) { content { response } userErrors { field message } }\n}',
    ),
  })
  revealContent(
    @Ctx() context: Context,
    @Arg('input', () => RevealContentInput, { description: 'The request, its parts, and the reason.' })
    input: RevealContentInput,
  ) {
    return answer({ content: null as object | null }, async () => {
      const requestId = uuidOf('WebhookRequestLog', input.requestId);
      const { hasIdentityProvider } = context.services;
      const order = { requestId, parts: input.parts, reason: input.reason, hasIdentityProvider };
      const request = await context.transaction((db) => recordReveal(db, context.viewer as Viewer, order));
      return { content: contentOf(request, input.parts, context) };
    });
  }
}

/** The fields of a request as they are before masks. */
const UNMASKED = new RequestLogResolver();

function contentOf(request: RequestRow, parts: readonly MaskedPart[], context: Context): object {
  return {
    ...(parts.includes('DATA') && {
      data: () => UNMASKED.data(request, context),
      dataBody: () => UNMASKED.dataBody(request, context),
    }),
    ...(parts.includes('HEADERS') && { headerList: () => UNMASKED.headerList(request, context) }),
    ...(parts.includes('RESPONSE') && {
      response: () => UNMASKED.response(request, context),
      responseBody: () => UNMASKED.responseBody(request, context),
    }),
    ...(parts.includes('RESPONSE_HEADERS') && {
      responseHeaderList: () => UNMASKED.responseHeaderList(request, context),
    }),
  };
}
