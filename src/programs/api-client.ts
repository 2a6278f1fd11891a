// A client of the API over HTTP, with a key.
import { CommandError } from './command-error';

export interface UserError {
  field: string[] | null;
  message: string;
}

/** The API refuses this one request; others may succeed. */
export class Refusal extends CommandError {}

/** The user of the key lacks a role. */
export class Forbidden extends CommandError {}

export interface Client {
  /**
   * @throws Refusal if this request is refused; Forbidden; CommandError if there is no answer, or every request would be
   *   refused
   */
  ask<Data>(query: string, variables: object): Promise<Data>;
}

const TIMEOUT_MS = 30_000;

export function createClient(url: string, key: string, timeoutMs = TIMEOUT_MS): Client {
  const endpoint = `${url.replace(/\/+$/, '')}/graphql`;
  return {
    async ask<Data>(query: string, variables: object) {
      const answer = await post(endpoint, key, JSON.stringify({ query, variables }), timeoutMs);
      if (answer.errors) throw errorFrom(endpoint, answer.errors);
      return answer.data as Data;
    },
  };
}

interface TopLevelError {
  message: string;
  extensions?: { code?: string };
}

interface Answer {
  data?: unknown;
  errors?: TopLevelError[];
}

const OF_THE_QUESTION = ['BAD_USER_INPUT', 'LIMIT_EXCEEDED'];

function errorFrom(endpoint: string, errors: readonly TopLevelError[]): CommandError {
  const message = errors.map((error) => error.message).join(' ');
  const codes = errors.map(({ extensions }) => extensions?.code ?? '');
  if (codes.includes('FORBIDDEN')) return new Forbidden(`${endpoint}: ${message}`);
  const isRefusal = codes.every((code) => OF_THE_QUESTION.includes(code));
  return isRefusal ? new Refusal(message) : new CommandError(`${endpoint}: ${message}`);
}

async function post(endpoint: string, key: string, body: string, timeoutMs: number): Promise<Answer> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
    // no redirects: the key is only for this address
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((error: Error) => {
    if (error.name === 'TimeoutError') {
      throw new CommandError(
        `${endpoint} did not answer within ${timeoutMs / 1_000} s: it may still do what was asked.`,
      );
    }
    const { code, message = error.message } = (error.cause ?? {}) as Partial<NodeJS.ErrnoException>;
    throw new CommandError(
      `${endpoint} cannot be reached (${code ?? message}): is Hookledger running there? --url names another.`,
    );
  });
  if (response.status === 413) throw new Refusal('It is larger than a request may be.');
  const answer = (await response.json().catch(() => null)) as Answer | null;
  if (answer === null || (answer.data === undefined && answer.errors === undefined)) {
    throw new CommandError(
      `${endpoint} answers ${response.status}, and not like Hookledger's API: --url names another.`,
    );
  }
  return answer;
}
