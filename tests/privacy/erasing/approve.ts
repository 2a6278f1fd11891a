import type { TestApp } from '../../support/app';
import { askIn, sessionFor } from '../../support/browser-session';

/** Approves an erasure as another SYSTEM_MANAGER, in a session. @param session of one; left out: of a new one */
export async function approve(app: TestApp, id: string, session?: Record<string, string>): Promise<void> {
  const second = session ?? (await sessionFor(app.url, await app.keyFor('SYSTEM_MANAGER')));
  const query = `mutation { approveErasure(input: { id: "${id}" }) { userErrors { message } } }`;
  const { data } = await askIn(app.url, second, query);
  if (data.approveErasure.userErrors.length > 0) throw new Error(JSON.stringify(data));
}
