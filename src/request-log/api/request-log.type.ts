import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../../graphql/enum';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { READERS } from '../../viewer';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import {
  REQUEST_ERROR_CODES,
  REQUEST_STATUSES,
  type RequestErrorCode,
  type RequestStatus,
} from '../webhook-request-log.entity';

export const RequestStatusEnum = publishEnum(
  'WebhookRequestLogStatus',
  REQUEST_STATUSES,
  'What became of one exchange.',
  {
    PENDING: { description: 'Sent or being sent, no outcome yet.' },
    SUCCEEDED: { description: 'Answered with 2xx.' },
    FAILED: { description: 'Another answer, or none.' },
    UNKNOWN: { description: 'Our process died in between: it may or may not have arrived. It is tried again.' },
    REFUSED: { description: 'An incoming call that we did not accept.' },
  },
);

export const RequestErrorCodeEnum = publishEnum(
  'RequestErrorCode',
  REQUEST_ERROR_CODES,
  'What went wrong, in one word; `error` says it in a sentence.',
  {
    DNS: {
      description:
        "The partner's host name has no address, or could not be resolved. The partner was not called. Check the URL, " +
        'and with the partner their name servers.',
    },
    CONNECT: {
      description:
        'No connection: refused, or unreachable. The partner was not called. See whether their server is up, and the port right.',
    },
    TLS: {
      description:
        "No secure connection: the partner's certificate is expired, self-signed or for another host, or they refused " +
        'our client certificate. Nothing was read by them.',
    },
    TIMEOUT: {
      description:
        "The whole exchange took longer than the webhook's timeout. The partner may have taken the request all the " +
        'same, so they may see it twice: with the same `webhook-id`.',
    },
    RESET: {
      description:
        'The connection ended in the middle, or what came back was not HTTP. The partner may have taken the request.',
    },
    BLOCKED_ADDRESS: {
      description:
        'The URL, or the address behind its host name, is one that we do not call: a private network, this machine, ' +
        'or http where only https is allowed. The partner was not called.',
    },
    RESPONSE_TOO_LARGE: {
      description:
        'More came back than is read: 1 MiB of body, decompressed, or 32 KiB of headers. The partner took the request, ' +
        'but counts as failed: ask them for a short answer.',
    },
    HTTP_STATUS: {
      description:
        'Answered, but not with 2xx: the partner refused it, or asked for another time (429, 503). Redirects are not ' +
        'followed. What they answered is in the response.',
    },
    PROCESS_DIED: {
      description:
        'The outcome was not recorded: our process ended, or lost its database. The partner may have got it. It is tried ' +
        'again.',
    },
    AUTHENTICATION: {
      description:
        'No OAuth2 access token, so the partner was not called: the token endpoint refused our client id and secret, ' +
        "or did not answer. Check the webhook's credentials.",
    },
    NOT_SENT: {
      description:
        'Nothing was sent, for a reason on our side: a secret that cannot be decrypted, a header that cannot be sent, or ' +
        'all connections to the partner busy with earlier deliveries until the timeout.',
    },
    NOT_SIGNED: {
      description: 'INCOMING: the header, token or certificate that proves where a call comes from is missing.',
    },
    BAD_SIGNATURE: {
      description:
        'INCOMING: the signature does not match the body that came, with any secret that is accepted. Another secret, or ' +
        'the body was changed on its way: `explainVerification` finds out which.',
    },
    UNKNOWN_KEY: {
      description:
        'INCOMING: a token, password or certificate that is not one that is accepted, a secret that was retired, or none ' +
        'has been given to us yet.',
    },
    STALE: {
      description:
        'INCOMING: rightly signed, but too long ago, or in the future: a call that somebody repeats, or a clock that is wrong.',
    },
    MALFORMED: {
      description: 'INCOMING: it could not be read: a header that is there twice, a body that is not JSON.',
    },
    TOO_LARGE: { description: 'INCOMING: its body is over 1 MiB, as it came or decoded.' },
    RATE_LIMITED: {
      description: "INCOMING: right, but more than the webhook's rate limit; the partner was told when to come again.",
    },
    NOT_ACTIVE: { description: 'INCOMING: the webhook is paused or archived.' },
  },
);

@HasRole(...READERS)
@ObjectType('WebhookRequestLog', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'One HTTP exchange with a partner: what was sent, what came back, for which document, triggered by whom. ' +
    'Written by the system before and after the call, never changed afterwards.',
})
export class RequestLogType extends NodeType {
  @Field(() => DirectionEnum, { description: 'Who called whom.' })
  direction: Direction;

  @Field(() => RequestStatusEnum, { description: 'What became of it.' })
  status: RequestStatus;

  @Field(() => String, { nullable: true, description: 'The business document, such as INV-0042.' })
  referenceDocument: string | null;

  @Field(() => String, { nullable: true, description: 'Such as "Sales Invoice".' })
  documentType: string | null;

  @Field(() => String, { nullable: true, description: 'Such as "on_submit".' })
  event: string | null;

  @Field(() => Int, { description: 'The n-th try of its delivery, from 1.' })
  attemptNumber: number;

  @Field(() => Boolean, { description: 'INCOMING: a repeated id, answered and kept, without consequences.' })
  duplicate: boolean;

  @Field(() => Boolean, { description: 'OUTGOING: made by testWebhook, to try the webhook out.' })
  test: boolean;

  @Field(() => String, { description: 'The HTTP method, such as POST.' })
  method: string;

  @Field(() => Int, { nullable: true, description: 'The HTTP status that came back; null when no answer began.' })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'What went wrong, in a sentence; null when nothing did.' })
  error: string | null;

  @Field(() => RequestErrorCodeEnum, {
    nullable: true,
    description: 'What went wrong, in one word; null: nothing did.',
  })
  errorCode: RequestErrorCode | null;

  @Field(() => GraphQLDateTime, { description: 'To the millisecond; the time in the id.' })
  startedAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When its outcome was written, to the millisecond; null: it is on the wire.',
  })
  finishedAt: Date | null;

  @Field(() => Int, { nullable: true, description: 'Milliseconds from the first step to the last byte.' })
  durationMs: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'The IP address: OUTGOING that was dialled, INCOMING of the caller (behind TRUSTED_PROXIES).',
  })
  remoteAddress: string | null;
}

export const RequestLogConnection = connectionOf('WebhookRequestLog', () => RequestLogType);

@ObjectType('HttpHeader', { simpleResolvers: true, description: 'One header line of a request or an answer.' })
export class HttpHeaderType {
  @Field(() => String, { description: 'As it was on the wire; upper and lower case mean the same.' })
  name: string;

  @Field(() => String, { description: 'Its value; one that is secret is replaced by [secret].' })
  value: string;
}
