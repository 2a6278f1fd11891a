import type { TestApp } from '../support/app';
import { mutate } from '../support/mutate';
import type { Ids } from './paths';

/** A rule of one webhook. */
export async function makeMaskingRule(app: TestApp, webhookId: string): Promise<string> {
  const input = { roles: ['SUPPORT'], webhookId, part: 'DATA', path: '$.shown', strategy: 'SHOW' };
  const { maskingRule } = await mutate(app, 'createMaskingRule', input, 'maskingRule { id }');
  return maskingRule.id;
}

export const maskingMutations = (app: TestApp, ids: Ids): Record<string, () => string | Promise<string>> => ({
  createMaskingRule: () => 'input: { roles: [SUPPORT], part: DATA, path: "$.made", strategy: SHOW }',
  revealContent: async () => {
    await app.database.query('update webhooks set support_may_reveal = true');
    const parts = '[DATA, HEADERS, RESPONSE, RESPONSE_HEADERS]';
    return `input: { requestId: "${ids.WebhookRequestLog}", parts: ${parts}, reason: "Tried by a test" }`;
  },
  deleteMaskingRule: async () => `input: { id: "${await makeMaskingRule(app, ids.Webhook as string)}" }`,
});
