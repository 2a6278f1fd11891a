// One GraphQL request over HTTP, with the cookie of the session.
import { ApiError, type FieldFault } from './api-error';
import type { TypedDocumentString } from './generated/documents';
import { noteUse } from './session-use';

export interface Answer<Data> {
  data: Data;
  /** Fields that are null because they failed. */
  faults: readonly FieldFault[];
}

interface Received<Data> {
  data?: Data | null;
  errors?: readonly FieldFault[];
}

/** @throws ApiError without data */
export async function request<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Answer<Data>> {
  const response = await post('/graphql', { query: document.toString(), variables }, signal);
  const received = await readJson<Received<Data>>(response);
  if (response.status !== 401) noteUse();
  if (received.data) return { data: received.data, faults: received.errors ?? [] };
  throw errorOf(response, received.errors?.[0]);
}

/** @throws ApiError if the server cannot be reached */
export async function post(path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify(body),
      credentials: 'same-origin',
      signal: signal ?? null,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError('OFFLINE', 'The server does not answer.');
  }
}

/** @throws ApiError for an answer that is no JSON, such as the page of a proxy */
export async function readJson<Body>(response: Response): Promise<Body> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body;
  } catch {
    const message = `The answer is not one of this API (HTTP ${response.status}).`;
    throw new ApiError('UNREADABLE', message, factsOf(response));
  }
}

export function errorOf(response: Response, fault: FieldFault | undefined): ApiError {
  const { code = 'INTERNAL_SERVER_ERROR', retryAfterSeconds = null } = fault?.extensions ?? {};
  const facts = factsOf(response);
  const details = { ...facts, retryAfterSeconds: retryAfterSeconds ?? facts.retryAfterSeconds };
  return new ApiError(code, fault?.message ?? `The server answered HTTP ${response.status} without a reason.`, details);
}

function factsOf(response: Response) {
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return {
    status: response.status,
    requestId: response.headers.get('x-request-id'),
    retryAfterSeconds: Number.isFinite(after) ? after : null,
  };
}
