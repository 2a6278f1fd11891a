import { createPlainPool } from './plain-pool';

export interface Api {
  ask<Data>(query: string, variables: object): Promise<Data>;
  /** @param events as JSON text, `eventJson` makes it: the load generator should not be what is measured */
  publish(events: readonly string[]): Promise<void>;
  /** Also while questions are open: their answers do not come. */
  close(): void;
}

const PUBLISH = `mutation ($input: PublishEventsInput!) {
  publishEvents(input: $input) { events { id } userErrors { field message } } }`;

/** The GraphQL API as a business system uses it: over HTTP, connections kept alive. */
export function connectApi(url: string, key: string): Api {
  const pool = createPlainPool(url, { 'content-type': 'application/json', authorization: `Bearer ${key}` });

  async function post<Data>(body: string): Promise<Data> {
    const { body: text } = await pool.ask('POST', '/graphql', body);
    const answer: { data?: Data; errors?: unknown } = JSON.parse(text.toString());
    if (!answer.data || answer.errors) throw new Error(`the API answers ${JSON.stringify(answer).slice(0, 500)}`);
    return answer.data;
  }

  return {
    ask: (query, variables) => post(JSON.stringify({ query, variables })),
    async publish(events) {
      const body = `{"query":${JSON.stringify(PUBLISH)},"variables":{"input":{"events":[${events.join(',')}]}}}`;
      const data = await post<{ publishEvents: { events: { id: string }[] | null } }>(body);
      if (data.publishEvents.events?.length !== events.length) throw new Error(JSON.stringify(data).slice(0, 500));
    },
    close: pool.close,
  };
}
