import { type RawAnswer, sendRaw } from './raw-http';

/** What a browser adds to the requests of a page of the server itself. */
export const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' };

/** Signs in with an API key, as a page of the server does. */
export function signIn(
  url: string,
  apiKey: unknown,
  headers: Record<string, string> = SAME_ORIGIN,
): Promise<RawAnswer> {
  return post(`${url}/auth/login`, { apiKey }, headers);
}

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> {
  return sendRaw(url, { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) });
}

/** The cookies that an answer sets, `name=value`; a cookie that it deletes has an empty value. */
export function cookiesOf({ headers }: RawAnswer): string[] {
  return (headers['set-cookie'] ?? []).map((cookie) => cookie.split(';', 1)[0] as string);
}

/** Signs in with an API key. @returns the headers of a browser with this session */
export async function sessionFor(url: string, apiKey: string): Promise<Record<string, string>> {
  const answer = await signIn(url, apiKey);
  const [cookie] = cookiesOf(answer);
  if (!cookie) throw new Error(`no session: ${answer.text}`);
  return { ...SAME_ORIGIN, cookie };
}

/** A query or mutation of a page in that browser. */
export async function askIn(url: string, headers: Record<string, string>, query: string, variables?: object) {
  const { status, json } = await post(`${url}/graphql`, { query, variables }, headers);
  return { status, data: json.data, errors: json.errors };
}
