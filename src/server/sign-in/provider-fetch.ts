// Calls to the identity provider, for openid-client and jose.
import type { FetchBody } from 'openid-client';

interface ProviderCall {
  method: string;
  headers: HeadersInit;
  body?: FetchBody;
  redirect: 'manual';
  signal?: AbortSignal;
}

/** Metadata, keys and claims are some kilobytes. */
const MAX_ANSWER_BYTES = 1024 * 1024;

/**
 * Reads the whole answer, so that the time limit of the caller holds for the body too.
 * @throws TypeError, like `fetch`, if there is no answer to judge: also of a status of 500 and more, and of a body of more than 1 MiB
 */
export async function fetchWhole(url: string, call: ProviderCall): Promise<Response> {
  const response = await fetch(url, call as RequestInit);
  const { status, statusText, headers } = response;
  if (status >= 500) {
    await response.body?.cancel();
    throw new TypeError(`the identity provider answers ${status}`);
  }
  const body = await readBody(response);
  return new Response(body.length > 0 ? body : null, { status, statusText, headers });
}

async function readBody({ body }: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    // leaving the loop closes the connection
    if (bytes > MAX_ANSWER_BYTES) throw new TypeError('the answer of the identity provider is larger than 1 MiB');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
