import type { TestApp } from '../support/app';
import { NEVER, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { documentPage, OLDEST_FIRST, type Page, type Verdict } from './documents';

/** A webhook for the events of one document type. */
export function createDocumentWebhook(
  app: TestApp,
  partner: Receiver,
  name: string,
  path: string,
  documentType: string,
  settings: object = {},
) {
  return createTestWebhook(app, new URL(path, partner.url).href, { name, documentType, ...settings });
}

export const readPage = (app: TestApp, name: string, documentType: string) =>
  documentPage(app, { name, documentType, orderBy: OLDEST_FIRST });

/** The page once its verdicts are these. */
export function pageWith(
  app: TestApp,
  name: string,
  documentType: string,
  verdicts: Record<string, string>,
): Promise<Page> {
  return waitFor(`the verdicts ${JSON.stringify(verdicts)}`, async () => {
    const found = await readPage(app, name, documentType);
    const said = Object.fromEntries(found?.verdicts.map((each) => [each.webhook.name, each.verdict]) ?? []);
    const isComplete = Object.keys(said).length === Object.keys(verdicts).length;
    return isComplete && Object.entries(verdicts).every(([webhook, verdict]) => said[webhook] === verdict) && found;
  });
}

export const verdictOn = (found: Page, webhook: string) =>
  found.verdicts.find((each) => each.webhook.name === webhook) as Verdict;

export const kindsFor = (found: Page, webhook: string) =>
  found.timeline.nodes.filter((each) => each.webhook?.name === webhook).map(({ kind }) => kind);

/** `/down` answers 500, `/slow` never, every other path 200. */
export async function startPartner(): Promise<Receiver> {
  const partner = await startReceiver();
  partner.answerWith(({ path }) => {
    if (path.startsWith('/down')) return { status: 500, body: 'out of order' };
    return path.startsWith('/slow') ? NEVER : {};
  });
  return partner;
}
