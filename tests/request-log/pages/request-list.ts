import type { TestApp } from '../../support/app';

export const LIST = `query ($first: Int, $after: String, $last: Int, $before: String, $where: WebhookRequestLogWhere,
    $orderBy: WebhookRequestLogOrder) {
  webhookRequestLogs(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { cursor node { id } }
    nodes { id referenceDocument startedAt }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

export async function listRequests(app: TestApp, args: object) {
  const { data, errors } = await app.ask(LIST, args);
  if (errors) throw new Error(JSON.stringify(errors));
  return data.webhookRequestLogs;
}

/** Why the list is refused. */
export async function listRefusal(app: TestApp, args: object) {
  const { errors } = await app.ask(LIST, args);
  return {
    code: errors?.[0]?.extensions.code,
    field: errors?.[0]?.extensions.field?.join('.'),
    message: errors?.[0]?.message,
  };
}

export const idsOf = (page: { nodes: { id: string }[] }) => page.nodes.map((node) => node.id);
