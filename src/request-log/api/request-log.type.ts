import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { READERS } from '../../access/viewer';
import { publishEnum } from '../../graphql/directives';
import { connectionOf } from '../../graphql/lists/connection';
import { NodeType } from '../../graphql/node';
import { HasRole } from '../../graphql/roles/has-role';
import { Masked } from '../../graphql/roles/masked';
import { DirectionEnum } from '../../webhooks/api/webhook.type';
import type { Direction } from '../../webhooks/webhook.entity';
import {
  REQUEST_ERROR_CODES,
  REQUEST_STATUSES,
  type RequestErrorCode,
  type RequestStatus,
} from '../webhook-request-log.entity';

export const RequestStatusEnum = publishEnum('WebhookRequestLogStatus', REQUEST_STATUSES, 'The outcome of a request.', {
  PENDING: { description: 'The request has begun and its outcome is not known yet.' },
  SUCCEEDED: { description: 'The response had a status of 2xx. INCOMING: Hookledger accepted the call.' },
  FAILED: { description: 'The response had another status, or there was no response. `errorCode` gives the reason.' },
  UNKNOWN: {
    description:
      'The process ended before it recorded the outcome, so the partner may have received the request. It is sent ' +
      'again.',
  },
  REFUSED: { description: 'INCOMING: Hookledger did not accept the call. `errorCode` gives the reason.' },
});

export const RequestErrorCodeEnum = publishEnum(
  'RequestErrorCode',
  REQUEST_ERROR_CODES,
  'The reason of a failure. `error` has the details.',
  {
    DNS: {
      description:
        "The partner's host name has no address or could not be resolved. The partner was not called. Check the URL " +
        "and the partner's name servers.",
    },
    CONNECT: {
      description:
        'The connection was refused, or the host is unreachable. The partner was not called. Check that their server ' +
        'is running and that the port is right.',
    },
    TLS: {
      description:
        "The TLS handshake failed: the partner's certificate is expired, self-signed or for another host, or the " +
        'partner refused the client certificate. The partner did not read the request.',
    },
    TIMEOUT: {
      description:
        "The request took longer than the webhook's timeout. The partner may have processed it nevertheless, and " +
        'then receives it again with the same `webhook-id`.',
    },
    RESET: {
      description:
        'The connection closed before the response was complete, or the response was not valid HTTP. The partner may ' +
        'have processed the request.',
    },
    BLOCKED_ADDRESS: {
      description:
        'The URL, or the IP address of its host, is not allowed: a private network, the local machine, or http where ' +
        'only https is allowed. The partner was not called.',
    },
    RESPONSE_TOO_LARGE: {
      description:
        'The response exceeded 1 MiB of body, decompressed, or 32 KiB of headers. The partner received the request, ' +
        'but the attempt counts as failed. Ask the partner for a shorter response.',
    },
    HTTP_STATUS: {
      description:
        'The status of the response was not 2xx. Redirects are not followed. `response` may have the reason.',
    },
    PROCESS_DIED: {
      description:
        'The process ended or lost its database before it recorded the outcome. The partner may have received the ' +
        'request. It is sent again.',
    },
    AUTHENTICATION: {
      description:
        'No OAuth2 access token: the token endpoint refused the client id and secret, or did not respond. The ' +
        "partner was not called. Check the webhook's credentials.",
    },
    PROXY: {
      description:
        'The proxy of the webhook could not be reached, refused the request, or could not connect to the partner. The ' +
        'partner was not called. `error` names the proxy and its answer.',
    },
    NOT_SENT: {
      description:
        'The request was not sent for a local reason: a secret could not be decrypted, a header cannot be sent, all ' +
        'connections to the partner were in use until the timeout, this machine had no file descriptors left, or ' +
        'its resolver did not answer.',
    },
    NOT_SIGNED: {
      description: 'INCOMING: the signature, token or client certificate is missing.',
    },
    BAD_SIGNATURE: {
      description:
        'INCOMING: the signature does not match the body with any accepted secret. The partner used another secret, ' +
        'or the body was changed in transit: `explainVerification` finds out which.',
    },
    UNKNOWN_KEY: {
      description:
        'INCOMING: the token, password or certificate is not accepted, the secret was retired, or the webhook has no ' +
        'secret yet.',
    },
    STALE: {
      description:
        'INCOMING: the signature is right, but its time is too far in the past or in the future: the call was ' +
        'replayed, or a clock is wrong.',
    },
    MALFORMED: {
      description: 'INCOMING: the call could not be parsed, such as a repeated header or a body that is not JSON.',
    },
    TOO_LARGE: { description: 'INCOMING: the body exceeds 1 MiB, before or after decoding.' },
    RATE_LIMITED: {
      description:
        "INCOMING: the call is valid but exceeds the webhook's rate limit. The response had a `Retry-After` header.",
    },
    NOT_ACTIVE: { description: 'INCOMING: the webhook is paused or archived.' },
  },
);

@HasRole(...READERS)
@ObjectType('WebhookRequestLog', {
  implements: NodeType,
  simpleResolvers: true,
  description:
    'One HTTP request to or from a partner: what was sent, what was received, for which document, and who ' +
    'triggered it. The row is written before the call and closed after it; a closed row never changes. Only ' +
    'an erasure removes its content, and only a sealed order to drop a whole month removes the row.',
})
export class RequestLogType extends NodeType {
  @Field(() => ID, { description: '`req_` and 32 hexadecimal digits.' })
  override id: string;

  @Field(() => DirectionEnum, {
    description: 'OUTGOING: Hookledger called the partner. INCOMING: the partner called Hookledger.',
  })
  direction: Direction;

  @Field(() => RequestStatusEnum, { description: 'The outcome of the request.' })
  status: RequestStatus;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the business document, such as INV-0042; null: the call was refused, or its content was erased.',
  })
  referenceDocument: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The type of the business document, such as "Sales Invoice"; null: the call was refused.',
  })
  documentType: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the event, such as "on_submit"; null: the call was refused.',
  })
  event: string | null;

  @Field(() => Int, { description: 'The number of the attempt of its delivery, from 1.' })
  attemptNumber: number;

  @Field(() => Boolean, {
    description:
      'INCOMING: whether an earlier call of the webhook had the same id. Such a call is recorded but causes no event.',
  })
  duplicate: boolean;

  @Field(() => Boolean, { description: 'OUTGOING: whether the request was made by `testWebhook`.' })
  test: boolean;

  @Field(() => String, { description: 'The HTTP method, such as POST.' })
  method: string;

  @Field(() => Int, { nullable: true, description: 'The HTTP status of the response; null if there was no response.' })
  responseStatus: number | null;

  @Field(() => String, { nullable: true, description: 'The message of the error; null if there was no error.' })
  error: string | null;

  @Field(() => RequestErrorCodeEnum, {
    nullable: true,
    description: 'The code of the error; null if there was no error.',
  })
  errorCode: RequestErrorCode | null;

  @Field(() => GraphQLDateTime, {
    description: 'The time at which the request began, in milliseconds. It equals the time in the id.',
  })
  startedAt: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the outcome was recorded, in milliseconds; null: the request is PENDING.',
  })
  finishedAt: Date | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The duration in milliseconds, from the first step to the last byte of the response; null if it is not known.',
  })
  durationMs: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The part of the duration in which the name of the host was resolved, in milliseconds, with the wait for a free look-up. null: the ' +
      'connection was reused, the URL has an address instead of a name, the name was not resolved, or the request is INCOMING.',
  })
  dnsMs: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The part in which the partner was connected to, in milliseconds; behind a proxy until its tunnel was open. null: the ' +
      'connection was reused, was not established, or the request is INCOMING.',
  })
  connectMs: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The part of the TLS handshake, in milliseconds. null: the connection was reused, is not encrypted, the handshake did not end, ' +
      'or the request is INCOMING.',
  })
  tlsMs: number | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The part in which the partner had the request and its response had not begun, in milliseconds: the time that the partner took. ' +
      'null: no response began, or the request is INCOMING.',
  })
  firstByteMs: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The trace of the request, by its id in the W3C trace context: 32 hexadecimal digits. It is that of its event, or of a replay ' +
      'that was ordered in another trace. null: in none, or the request is INCOMING.',
  })
  traceId: string | null;

  @Masked('ADDRESS')
  @Field(() => String, {
    nullable: true,
    description: 'The IP address of the partner. INCOMING: behind TRUSTED_PROXIES, the address that the proxy reports.',
  })
  remoteAddress: string | null;
}

export const RequestLogConnection = connectionOf('WebhookRequestLog', () => RequestLogType);

@ObjectType('HttpHeader', { simpleResolvers: true, description: 'A header of a request or a response.' })
export class HttpHeaderType {
  @Field(() => String, { description: 'The name as it was sent. Names are not case-sensitive.' })
  name: string;

  @Field(() => String, { description: 'The value. A secret value is replaced by [secret].' })
  value: string;
}
