// Generated from documents/*.graphql: npm run generate
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Where a delivery is. */
export type DeliveryStatus =
  /** Somebody cancelled it, or archived its webhook, before it arrived. */
  | 'CANCELLED'
  /** The partner answered with 2xx. */
  | 'DELIVERED'
  /** Given up: the retry schedule has no further attempt. */
  | 'EXHAUSTED'
  /** Not tried yet, or its first attempt is on the wire. */
  | 'PENDING'
  /** An attempt failed; the next one comes at nextAttemptAt. */
  | 'RETRYING'
  /** Decided against; skipReason says why. */
  | 'SKIPPED';

/** What went wrong, in one word; `error` says it in a sentence. */
export type RequestErrorCode =
  /** No OAuth2 access token, so the partner was not called: the token endpoint refused our client id and secret, or did not answer. Check the webhook's credentials. */
  | 'AUTHENTICATION'
  /** INCOMING: the signature does not match the body that came, with any secret that is accepted. Another secret, or the body was changed on its way: `explainVerification` finds out which. */
  | 'BAD_SIGNATURE'
  /** The URL, or the address behind its host name, is one that we do not call: a private network, this machine, or http where only https is allowed. The partner was not called. */
  | 'BLOCKED_ADDRESS'
  /** No connection: refused, or unreachable. The partner was not called. See whether their server is up, and the port right. */
  | 'CONNECT'
  /** The partner's host name has no address, or could not be resolved. The partner was not called. Check the URL, and with the partner their name servers. */
  | 'DNS'
  /** Answered, but not with 2xx: the partner refused it, or asked for another time (429, 503). Redirects are not followed. What they answered is in the response. */
  | 'HTTP_STATUS'
  /** INCOMING: it could not be read: a header that is there twice, a body that is not JSON. */
  | 'MALFORMED'
  /** INCOMING: the webhook is paused or archived. */
  | 'NOT_ACTIVE'
  /** Nothing was sent, for a reason on our side: a secret that cannot be decrypted, a header that cannot be sent, or all connections to the partner busy with earlier deliveries until the timeout. */
  | 'NOT_SENT'
  /** INCOMING: the header, token or certificate that proves where a call comes from is missing. */
  | 'NOT_SIGNED'
  /** The outcome was not recorded: our process ended, or lost its database. The partner may have got it. It is tried again. */
  | 'PROCESS_DIED'
  /** INCOMING: right, but more than the webhook's rate limit; the partner was told when to come again. */
  | 'RATE_LIMITED'
  /** The connection ended in the middle, or what came back was not HTTP. The partner may have taken the request. */
  | 'RESET'
  /** More came back than is read: 1 MiB of body, decompressed, or 32 KiB of headers. The partner took the request, but counts as failed: ask them for a short answer. */
  | 'RESPONSE_TOO_LARGE'
  /** INCOMING: rightly signed, but too long ago, or in the future: a call that somebody repeats, or a clock that is wrong. */
  | 'STALE'
  /** The whole exchange took longer than the webhook's timeout. The partner may have taken the request all the same, so they may see it twice: with the same `webhook-id`. */
  | 'TIMEOUT'
  /** No secure connection: the partner's certificate is expired, self-signed or for another host, or they refused our client certificate. Nothing was read by them. */
  | 'TLS'
  /** INCOMING: its body is over 1 MiB, as it came or decoded. */
  | 'TOO_LARGE'
  /** INCOMING: a token, password or certificate that is not one that is accepted, a secret that was retired, or none has been given to us yet. */
  | 'UNKNOWN_KEY';

/** What a user may do. A user has any number of roles. */
export type Role =
  /** Reads everything; changes nothing. */
  | 'AUDITOR'
  /** Manages webhooks and deliveries; reads the log including headers and bodies. */
  | 'INTEGRATION_MANAGER'
  /** Publishes business events; reads nothing. */
  | 'PUBLISHER'
  /** Reads the log without headers and bodies. */
  | 'SUPPORT'
  /** May do everything. The only role that may change users and API keys. */
  | 'SYSTEM_MANAGER';

/** What became of one exchange. */
export type WebhookRequestLogStatus =
  /** Another answer, or none. */
  | 'FAILED'
  /** Sent or being sent, no outcome yet. */
  | 'PENDING'
  /** An incoming call that we did not accept. */
  | 'REFUSED'
  /** Answered with 2xx. */
  | 'SUCCEEDED'
  /** Our process died in between: it may or may not have arrived. It is tried again. */
  | 'UNKNOWN';

export type AttemptFragment = { id: string, startedAt: string, attemptNumber: number, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null };

export type WhatBecameOfDocumentQueryVariables = Exact<{
  documentType: string;
  referenceDocument: string;
}>;


export type WhatBecameOfDocumentQuery = { webhookRequestLogs: { nodes: Array<{ id: string, startedAt: string, attemptNumber: number, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null, user: { name: string, fullName: string | null } | null, webhook: { name: string, owner: { name: string } | null } | null, delivery: { status: DeliveryStatus, nextAttemptAt: string | null } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export type WhatWasExchangedQueryVariables = Exact<{
  webhookId: string;
  from: string;
  until: string;
  first: number;
  after?: string | null | undefined;
}>;


export type WhatWasExchangedQuery = { webhookRequestLogs: { totalCount: number | null, totalCountIsExact: boolean | null, nodes: Array<{ referenceDocument: string | null, headers: unknown, data: unknown, response: unknown, id: string, startedAt: string, attemptNumber: number, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null, dataBody: { sha256: string, bytes: number } | null, user: { name: string, roles: Array<Role> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const AttemptFragmentDoc = new TypedDocumentString(`
    fragment Attempt on WebhookRequestLog {
  id
  startedAt
  attemptNumber
  status
  responseStatus
  errorCode
  error
  durationMs
}
    `, {"fragmentName":"Attempt"}) as unknown as TypedDocumentString<AttemptFragment, unknown>;
export const WhatBecameOfDocumentDocument = new TypedDocumentString(`
    query WhatBecameOfDocument($documentType: String!, $referenceDocument: String!) {
  webhookRequestLogs(
    where: {documentType: {eq: $documentType}, referenceDocument: {eq: $referenceDocument}}
    first: 50
  ) {
    nodes {
      ...Attempt
      user {
        name
        fullName
      }
      webhook {
        name
        owner {
          name
        }
      }
      delivery {
        status
        nextAttemptAt
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    fragment Attempt on WebhookRequestLog {
  id
  startedAt
  attemptNumber
  status
  responseStatus
  errorCode
  error
  durationMs
}`) as unknown as TypedDocumentString<WhatBecameOfDocumentQuery, WhatBecameOfDocumentQueryVariables>;
export const WhatWasExchangedDocument = new TypedDocumentString(`
    query WhatWasExchanged($webhookId: ID!, $from: DateTime!, $until: DateTime!, $first: Int!, $after: String) {
  webhookRequestLogs(
    where: {webhook: {id: {eq: $webhookId}}, startedAt: {gte: $from, lt: $until}}
    orderBy: {field: STARTED_AT, direction: ASC}
    first: $first
    after: $after
  ) {
    nodes {
      ...Attempt
      referenceDocument
      headers
      data
      dataBody {
        sha256
        bytes
      }
      response
      user {
        name
        roles
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
    totalCount
    totalCountIsExact
  }
}
    fragment Attempt on WebhookRequestLog {
  id
  startedAt
  attemptNumber
  status
  responseStatus
  errorCode
  error
  durationMs
}`) as unknown as TypedDocumentString<WhatWasExchangedQuery, WhatWasExchangedQueryVariables>;
