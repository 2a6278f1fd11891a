// What a dashboard asks, in the words of both sides: the same rows and fields, checked before anything is measured.

export const QUERIES = ['list', 'webhook', 'timeline', 'failures'] as const;
export type QueryName = (typeof QUERIES)[number];

export const TITLES: Record<QueryName, string> = {
  list: 'list of 25, webhook -> owner, user',
  webhook: 'webhook page, its last 10 requests',
  timeline: 'timeline of a document',
  failures: 'search page: failed, type, week',
};

export const OURS: Record<QueryName, string> = {
  list: `query ($after: String) { webhookRequestLogs(first: 25, after: $after) {
    nodes { id status documentType event referenceDocument url responseStatus durationMs startedAt attemptNumber
      webhook { id name status owner { id name fullName } } user { id name fullName } }
    pageInfo { hasNextPage endCursor } } }`,
  webhook: `query ($id: ID!) { webhook(id: $id) { id name url status owner { id name }
    requests(first: 10) {
      nodes { id status documentType referenceDocument responseStatus durationMs startedAt user { id name } }
      pageInfo { hasNextPage } } } }`,
  timeline: `query ($document: String!) { webhookRequestLogs(first: 50, where: { referenceDocument: { eq: $document } }) {
    nodes { id status event attemptNumber startedAt finishedAt responseStatus error
      webhook { id name status } delivery { id status attempts } }
    pageInfo { hasNextPage } } }`,
  failures: `query ($type: String!, $from: DateTime!, $to: DateTime!) {
    webhookRequestLogs(first: 25, where: { status: { eq: FAILED }, documentType: { eq: $type }, startedAt: { gte: $from, lt: $to } }) {
      nodes { id status documentType referenceDocument errorCode error startedAt webhook { id name } }
      pageInfo { hasNextPage endCursor } } }`,
};

// The time range as a range of ids, whose first bits are the time: kinder to it than its own filter by started_at, which
// has no index, and what somebody who knows the tables would write.
export const POSTGRAPHILE: Record<QueryName, string> = {
  list: `query ($after: Cursor) { allWebhookRequestLogs(first: 25, after: $after, orderBy: ROW_ID_DESC) {
    nodes { rowId status documentType event referenceDocument url responseStatus durationMs startedAt attemptNumber
      webhookByWebhookId { rowId name status userByOwnerId { rowId name fullName } } userByUserId { rowId name fullName } }
    pageInfo { hasNextPage endCursor } } }`,
  webhook: `query ($id: UUID!) { webhookByRowId(rowId: $id) { rowId name url status userByOwnerId { rowId name }
    webhookRequestLogsByWebhookId(first: 10, orderBy: ROW_ID_DESC) {
      nodes { rowId status documentType referenceDocument responseStatus durationMs startedAt userByUserId { rowId name } }
      pageInfo { hasNextPage } } } }`,
  timeline: `query ($document: String!) {
    allWebhookRequestLogs(first: 50, filter: { referenceDocument: { equalTo: $document } }, orderBy: ROW_ID_DESC) {
      nodes { rowId status event attemptNumber startedAt finishedAt responseStatus error
        webhookByWebhookId { rowId name status } deliveryByDeliveryId { rowId status attempts } }
      pageInfo { hasNextPage } } }`,
  failures: `query ($type: String!, $fromId: UUID!, $toId: UUID!) {
    allWebhookRequestLogs(first: 25, orderBy: ROW_ID_DESC, filter: { status: { equalTo: "FAILED" },
        documentType: { equalTo: $type }, rowId: { greaterThanOrEqualTo: $fromId, lessThan: $toId } }) {
      nodes { rowId status documentType referenceDocument errorCode error startedAt webhookByWebhookId { rowId name } }
      pageInfo { hasNextPage endCursor } } }`,
};
