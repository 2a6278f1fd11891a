import type { Target } from './load';

const LIMIT_MS = 60_000;

/** One question, its answer's data. @throws Error with the beginning of an answer that has errors or none at all */
export async function ask<Data>({ url, headers }: Target, query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(LIMIT_MS),
  });
  const text = await response.text();
  const answer = JSON.parse(text) as { data?: Data; errors?: { message: string }[] };
  if (answer.data && !answer.errors) return answer.data;
  throw new Error(
    `${answer.errors?.map(({ message }) => message).join(' ') ?? text.slice(0, 1_000)} (${query.slice(0, 100)})`,
  );
}
