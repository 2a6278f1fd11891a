import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { publishEnum } from '../graphql/enum';
import { HasRole } from '../graphql/has-role';
import { NodeType } from '../graphql/node';
import { connectionOf } from '../graphql/page';
import { READERS } from '../viewer';
import type { Direction } from '../webhooks/webhook.entity';
import { DirectionEnum } from '../webhooks/webhook.type';
import {
  REQUEST_ERROR_CODES,
  REQUEST_STATUSES,
  type RequestErrorCode,
  type RequestStatus,
} from './webhook-request-log.entity';

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
    DNS: { description: "The partner's host name has no address." },
    CONNECT: { description: 'No connection: refused, or unreachable.' },
    TLS: { description: 'The certificate or the encryption was not acceptable.' },
    TIMEOUT: { description: "The whole exchange took longer than the webhook's timeout." },
    RESET: { description: 'The connection ended in the middle, or what came back was not HTTP.' },
    BLOCKED_ADDRESS: { description: 'The URL leads to an address that we do not call.' },
    RESPONSE_TOO_LARGE: { description: 'More came back than is read (1 MiB of body, 32 KiB of headers).' },
    HTTP_STATUS: { description: 'Answered, but not with 2xx.' },
    PROCESS_DIED: { description: 'Our own process ended before the outcome was known.' },
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
  @Field(() => DirectionEnum)
  direction: Direction;

  @Field(() => RequestStatusEnum)
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

  @Field(() => String)
  method: string;

  @Field(() => String, { description: 'What was called.' })
  url: string;

  @Field(() => Int, { nullable: true, description: 'The HTTP status that came back; null when no answer began.' })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'What went wrong, in a sentence; null when nothing did.' })
  error: string | null;

  @Field(() => RequestErrorCodeEnum, { nullable: true })
  errorCode: RequestErrorCode | null;

  @Field(() => GraphQLDateTime, { description: 'To the millisecond; the time in the id.' })
  startedAt: Date;

  @Field(() => GraphQLDateTime, { nullable: true })
  finishedAt: Date | null;

  @Field(() => Int, { nullable: true, description: 'Milliseconds from the first step to the last byte.' })
  durationMs: number | null;

  @Field(() => String, { nullable: true, description: 'OUTGOING: the IP address that was dialled.' })
  remoteAddress: string | null;
}

export const RequestLogConnection = connectionOf('WebhookRequestLog', () => RequestLogType);

@ObjectType('HttpHeader', { simpleResolvers: true })
export class HttpHeaderType {
  @Field(() => String)
  name: string;

  @Field(() => String)
  value: string;
}
