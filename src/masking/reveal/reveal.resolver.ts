import { GraphQLJSON } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, ObjectType, Resolver } from 'type-graphql';
import type { Viewer } from '../../access/viewer';
import { BodyType } from '../../graphql/body.type';
import type { Context } from '../../graphql/context';
import { withExample } from '../../graphql/directives';
import { HasRole } from '../../graphql/roles/has-role';
import { answer, payloadOf } from '../../graphql/user-error';
import { RequestLogResolver } from '../../request-log/api/request-log.resolver';
import { HttpHeaderType } from '../../request-log/api/request-log.type';
import type { RequestRow } from '../../request-log/request-log.store';
import { uuidOf } from '../../values/ids';
import { REASON_RULE } from '../../values/reason';
import type { MaskedPart } from '../rule';
import { MaskedPartEnum } from '../rules/masking-rule.resolver';
import { recordReveal } from './reveal.store';

@InputType('RevealContentInput', { description: 'The content to reveal.' })
class RevealContentInput {
  @Field(() => ID, { description: 'The id of the request, `req_...`.' })
  requestId: string;

  @Field(() => [MaskedPartEnum], { description: 'The parts to reveal, 1 to 4.' })
  parts: MaskedPart[];

  @Field(() => String, { description: `The reason, recorded in the audit trail: ${REASON_RULE}` })
  reason: string;
}

@ObjectType('RevealedContent', {
  simpleResolvers: true,
  description: 'Content of a request without masks. Parts that were not asked for are null.',
})
class RevealedContentType {
  @Field(() => GraphQLJSON, { nullable: true, description: 'DATA: as `data` of the request.' })
  data: unknown;

  @Field(() => BodyType, { nullable: true, description: 'DATA: as `dataBody` of the request.' })
  dataBody: object | null;

  @Field(() => [HttpHeaderType], { nullable: true, description: 'HEADERS: the request headers, at most 200.' })
  headerList: HttpHeaderType[] | null;

  @Field(() => GraphQLJSON, { nullable: true, description: 'RESPONSE: as `response` of the request.' })
  response: unknown;

  @Field(() => BodyType, { nullable: true, description: 'RESPONSE: as `responseBody` of the request.' })
  responseBody: object | null;

  @Field(() => [HttpHeaderType], {
    nullable: true,
    description: 'RESPONSE_HEADERS: the response headers, at most 32 KiB.',
  })
  responseHeaderList: HttpHeaderType[] | null;
}

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
