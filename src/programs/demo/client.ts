/** A client of the API over HTTP, with a key. */
export interface Client {
  /** @param variables JSON text, because amounts must not be converted to doubles */
  ask<Data>(query: string, variables?: string): Promise<Data>;
}

interface Answer {
  data?: unknown;
  errors?: { message: string }[];
}

export function createClient(url: string, key: string): Client {
  return {
    async ask<Data>(query: string, variables = '{}') {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
        body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
      });
      const answer = (await response.json()) as Answer;
      if (answer.errors) throw new Error(answer.errors.map((error) => error.message).join('\n'));
      return answer.data as Data;
    },
  };
}
