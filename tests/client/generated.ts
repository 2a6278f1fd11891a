// Generated from documents/*.graphql: npm run generate
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** The state of a delivery. */
export type DeliveryStatus =
  /** A user cancelled the delivery, or archived its webhook, before it succeeded. */
  | 'CANCELLED'
  /** The partner answered with 2xx. */
  | 'DELIVERED'
  /** All attempts failed: the retry schedule has no further one. */
  | 'EXHAUSTED'
  /** No attempt has ended since the delivery was created or last replayed. */
  | 'PENDING'
  /** An attempt failed, and the delivery is tried again. */
  | 'RETRYING'
  /** Not sent: `skipReason` gives the reason. */
  | 'SKIPPED';

/** The reason of a failure. `error` has the details. */
export type RequestErrorCode =
  /** No OAuth2 access token: the token endpoint refused the client id and secret, or did not respond. The partner was not called. Check the webhook's credentials. */
  | 'AUTHENTICATION'
  /** INCOMING: the signature does not match the body with any accepted secret. The partner used another secret, or the body was changed in transit: `explainVerification` finds out which. */
  | 'BAD_SIGNATURE'
  /** The URL, or the IP address of its host, is not allowed: a private network, the local machine, or http where only https is allowed. The partner was not called. */
  | 'BLOCKED_ADDRESS'
  /** The connection was refused, or the host is unreachable. The partner was not called. Check that their server is running and that the port is right. */
  | 'CONNECT'
  /** The partner's host name has no address or could not be resolved. The partner was not called. Check the URL and the partner's name servers. */
  | 'DNS'
  /** The status of the response was not 2xx. Redirects are not followed. `response` may have the reason. */
  | 'HTTP_STATUS'
  /** INCOMING: the call could not be parsed, such as a repeated header or a body that is not JSON. */
  | 'MALFORMED'
  /** INCOMING: the webhook is paused or archived. */
  | 'NOT_ACTIVE'
  /** The request was not sent for a local reason: a secret could not be decrypted, a header cannot be sent, all connections to the partner were in use until the timeout, this machine had no file descriptors left, or its resolver did not answer. */
  | 'NOT_SENT'
  /** INCOMING: the signature, token or client certificate is missing. */
  | 'NOT_SIGNED'
  /** The process ended or lost its database before it recorded the outcome. The partner may have received the request. It is sent again. */
  | 'PROCESS_DIED'
  /** The proxy of the webhook could not be reached, refused the request, or could not connect to the partner. The partner was not called. `error` names the proxy and its answer. */
  | 'PROXY'
  /** INCOMING: the call is valid but exceeds the webhook's rate limit. The response had a `Retry-After` header. */
  | 'RATE_LIMITED'
  /** The connection closed before the response was complete, or the response was not valid HTTP. The partner may have processed the request. */
  | 'RESET'
  /** The response exceeded 1 MiB of body, decompressed, or 32 KiB of headers. The partner received the request, but the attempt counts as failed. Ask the partner for a shorter response. */
  | 'RESPONSE_TOO_LARGE'
  /** INCOMING: the signature is right, but its time is too far in the past or in the future: the call was replayed, or a clock is wrong. */
  | 'STALE'
  /** The request took longer than the webhook's timeout. The partner may have processed it nevertheless, and then receives it again with the same `webhook-id`. */
  | 'TIMEOUT'
  /** The TLS handshake failed: the partner's certificate is expired, self-signed or for another host, or the partner refused the client certificate. The partner did not read the request. */
  | 'TLS'
  /** INCOMING: the body exceeds 1 MiB, before or after decoding. */
  | 'TOO_LARGE'
  /** INCOMING: the token, password or certificate is not accepted, the secret was retired, or the webhook has no secret yet. */
  | 'UNKNOWN_KEY';

/** What a user may do. A user has any number of roles. */
export type Role =
  /** Reads everything, also the audit trail, except what masking rules hide. Changes no webhook, delivery or user; may verify and export evidence and place legal holds. */
  | 'AUDITOR'
  /** Manages webhooks and deliveries; reads the log with headers and bodies, except what masking rules hide. */
  | 'INTEGRATION_MANAGER'
  /** Publishes business events; reads nothing. */
  | 'PUBLISHER'
  /** Reads the log; of headers and bodies only what masking rules show. */
  | 'SUPPORT'
  /** May do everything. The only role that may change users, API keys, masking rules and retention limits, and order erasures. */
  | 'SYSTEM_MANAGER';

/** The outcome of a request. */
export type WebhookRequestLogStatus =
  /** The response had another status, or there was no response. `errorCode` gives the reason. */
  | 'FAILED'
  /** The request has begun and its outcome is not known yet. */
  | 'PENDING'
  /** INCOMING: Hookledger did not accept the call. `errorCode` gives the reason. */
  | 'REFUSED'
  /** The response had a status of 2xx. INCOMING: Hookledger accepted the call. */
  | 'SUCCEEDED'
  /** The process ended before it recorded the outcome, so the partner may have received the request. It is sent again. */
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


export type WhatWasExchangedQuery = { webhookRequestLogs: { totalCount: number | null, totalCountIsExact: boolean | null, nodes: Array<{ referenceDocument: string | null, headers: unknown, data: unknown, response: unknown, id: string, startedAt: string, attemptNumber: number, status: WebhookRequestLogStatus, responseStatus: number | null, errorCode: RequestErrorCode | null, error: string | null, durationMs: number | null, dataBody: { sha256: string | null, bytes: number | null } | null, user: { name: string, roles: Array<Role> } | null }>, pageInfo: { hasNextPage: boolean, endCursor: string | null } } | null };

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
