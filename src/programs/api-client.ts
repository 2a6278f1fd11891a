// A client of the API over HTTP, with a key.

import { readFile } from 'node:fs/promises';
import { environment } from '../config/config';
import { CommandError } from './terminal';

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

/** @param url where Hookledger answers */
export const endpointOf = (url: string) => `${url.replace(/\/+$/, '')}/graphql`;

export function createClient(url: string, key: string, timeoutMs = TIMEOUT_MS): Client {
  const endpoint = endpointOf(url);
  return {
    async ask<Data>(query: string, variables: object) {
      const answer = await post(endpoint, key, JSON.stringify({ query, variables }), timeoutMs);
      if (answer.errors) throw errorFrom(endpoint, answer.errors);
      return answer.data as Data;
    },
  };
}

export interface TopLevelError {
  message: string;
  extensions?: { code?: string };
}

interface Answer {
  data?: unknown;
  errors?: TopLevelError[];
}

const OF_THE_QUESTION = ['BAD_USER_INPUT', 'LIMIT_EXCEEDED'];

export function errorFrom(endpoint: string, errors: readonly TopLevelError[]): CommandError {
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
    throw unreachable(endpoint, error);
  });
  if (response.status === 413) throw new Refusal('It is larger than a request may be.');
  const answer = (await response.json().catch(() => null)) as Answer | null;
  if (answer === null || (answer.data === undefined && answer.errors === undefined)) {
    throw foreignAnswer(endpoint, response.status);
  }
  return answer;
}

/** @param error of `fetch` */
export function unreachable(endpoint: string, error: Error): CommandError {
  const { code, message = error.message } = (error.cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return new CommandError(
    `${endpoint} cannot be reached (${code ?? message}): is Hookledger running there? --url names another.`,
  );
}

export function foreignAnswer(endpoint: string, status: number): CommandError {
  return new CommandError(`${endpoint} answers ${status}, and not like Hookledger's API: --url names another.`);
}

// Where the API answers, and the key that a command sends.

export const DEFAULT_URL = 'http://127.0.0.1:4000';
/** Where a command finds the key that it sends, unless it is given a file. */
const KEY_VARIABLE = 'API_KEY';

/** Two options of a command, as its help explains them. */
export const ACCESS_HELP = `  --url URL        where Hookledger answers; default ${DEFAULT_URL}
  --key-file FILE  holds an API key of a SYSTEM_MANAGER or INTEGRATION_MANAGER; default: ${KEY_VARIABLE} of the environment
`;

/** @throws CommandError */
export function readUrl(text: string = DEFAULT_URL): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '') return url.href;
  throw new CommandError(`--url ${text} is not a URL such as https://hookledger.example.com.`);
}

/** @param path a file that holds the key; null: the environment does. @throws CommandError */
export async function readKey(path: string | null): Promise<string> {
  const key = path === null ? environment()[KEY_VARIABLE] : await readFile(path, 'utf8').catch(() => null);
  if (key === null) throw new CommandError(`${path} cannot be read: it must contain an API key.`);
  if (!key || !/^[\x21-\x7e]+$/.test(key.trim())) {
    const fault =
      path === null
        ? `The environment has no API key: set ${KEY_VARIABLE}, or name a file with --key-file.`
        : `${path} contains no API key.`;
    throw new CommandError(fault);
  }
  return key.trim();
}
