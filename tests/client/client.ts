// The client of docs/client.md: typed by the documents that `npm run generate` makes of documents/*.graphql.
import type { TypedDocumentString } from './generated';

export interface GraphQLFault {
  message: string;
  path?: (string | number)[];
  extensions: { code: string; field?: string[] };
}

/** What the server refused, or could not answer. `code` is that of the first fault. */
export class RequestError extends Error {
  constructor(
    readonly status: number,
    readonly errors: readonly GraphQLFault[],
  ) {
    super(errors.map(({ message }) => message).join(' ') || `The server answered with ${status}.`);
  }

  get code(): string | undefined {
    return this.errors[0]?.extensions.code;
  }
}

export interface Client {
  /** @throws RequestError when any part of the answer is missing because of an error */
  request<Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables): Promise<Data>;
}

export function createClient(url: string, token: string): Client {
  return {
    async request(document, variables) {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query: document.toString(), variables }),
      });
      const answer = await response.json().catch(() => ({ errors: [] }));
      if (answer.errors) throw new RequestError(response.status, answer.errors);
      return answer.data;
    },
  };
}
