import type { TestApp } from '../../support/app';

export const FIELDS = `id direction status documentType event referenceDocument attemptNumber duplicate test method url startedAt

  finishedAt durationMs dnsMs connectMs tlsMs firstByteMs traceId responseStatus error errorCode remoteAddress webhook { id name } user { id name }
  businessEvent { id } delivery { id } replay { id }`;

/** What the API says of a request, in the columns of an export. */
// biome-ignore lint/suspicious/noExplicitAny: as it comes
export function asColumns({ webhook, user, businessEvent, delivery, replay, ...own }: any): Record<string, unknown> {
  return {
    ...own,
    webhookId: webhook?.id ?? null,
    webhookName: webhook?.name ?? null,
    userId: user?.id ?? null,
    userName: user?.name ?? null,
    businessEventId: businessEvent?.id ?? null,
    deliveryId: delivery?.id ?? null,
    replayId: replay?.id ?? null,
  };
}

/** All rows of the list, oldest first. */
export async function listExported(
  app: TestApp,
  where: object,
  selection = FIELDS,
): Promise<Record<string, unknown>[]> {
  const found: Record<string, unknown>[] = [];
  for (let after: string | null = null; ; ) {
    const answer = await app.ask(
      `query ($where: WebhookRequestLogWhere, $after: String) {
        webhookRequestLogs(where: $where, after: $after, first: 70, orderBy: { field: STARTED_AT, direction: ASC }) {
          nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`,
      { where, after },
    );
    const { nodes, pageInfo } = answer.data.webhookRequestLogs;
    found.push(...nodes);
    if (!pageInfo.hasNextPage) return found;
    after = pageInfo.endCursor;
  }
}
