// Who reads: users with one role, by a key or a session of theirs, and the rules that mask what they see.
import { randomUUID } from 'node:crypto';
import { ask } from '../../dashboard/ask';
import type { Target } from '../../load';

export const RULES = 10;

/** @param target with the key of the administrator @returns the same server, with a key of a new user */
export async function newReader(target: Target, role: string): Promise<Target> {
  const { createUser } = await ask<{ createUser: { user: { id: string } } }>(
    target,
    `mutation { createUser(input: { name: "bench ${randomUUID()}", roles: [${role}] }) { user { id } } }`,
  );
  const { createApiKey } = await ask<{ createApiKey: { token: string } }>(
    target,
    `mutation { createApiKey(input: { userId: "${createUser.user.id}", label: "bench" }) { token } }`,
  );
  return { ...target, headers: { authorization: `Bearer ${createApiKey.token}` } };
}

/** @param reader with a key @returns the same user in a session, as a page of the server asks */
export async function inSession(reader: Target): Promise<Target> {
  const sameOrigin = { 'sec-fetch-site': 'same-origin' };
  const response = await fetch(new URL('/auth/login', reader.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...sameOrigin },
    body: JSON.stringify({ apiKey: reader.headers.authorization?.replace('Bearer ', '') }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';', 1)[0];
  if (!cookie) throw new Error(`no session: ${await response.text()}`);
  return { ...reader, headers: { ...sameOrigin, cookie } };
}

/** Ten rules of all parts for a role, which reach values of the log's documents. @returns their ids */
export async function makeRules(target: Target, role: string): Promise<string[]> {
  const ids: string[] = [];
  for (const [part, path, strategy] of TEN) {
    const { createMaskingRule } = await ask<{ createMaskingRule: { maskingRule: { id: string } | null } }>(
      target,
      `mutation { createMaskingRule(input: { roles: [${role}], part: ${part}, path: "${path}", strategy: ${strategy} }) {
        maskingRule { id } userErrors { message } } }`,
    );
    if (!createMaskingRule.maskingRule) throw new Error(`no rule: ${JSON.stringify(createMaskingRule)}`);
    ids.push(createMaskingRule.maskingRule.id);
  }
  return ids;
}

const TEN = [
  ['DATA', '$.name', 'SHOW'],
  ['DATA', '$.po_no', 'LAST4'],
  ['DATA', '$.customer', 'HIDE'],
  ['DATA', '$.items', 'HIDE'],
  ['DATA', '$.items[*].item_code', 'SHOW'],
  ['DATA', '$.items[*].qty', 'SHOW'],
  ['RESPONSE', '$.ok', 'SHOW'],
  ['RESPONSE', '$.receipt', 'LAST4'],
  ['HEADERS', '$.content-type', 'SHOW'],
  ['RESPONSE_HEADERS', '$.content-type', 'SHOW'],
] as const;

export async function deleteRules(target: Target, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    await ask(target, `mutation { deleteMaskingRule(input: { id: "${id}" }) { userErrors { message } } }`);
  }
}
