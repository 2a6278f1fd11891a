import { startTestApp, type TestApp } from '../support/app';
import { NEVER, type Receiver, startReceiver } from '../support/receiver';
import { waitFor } from '../support/wait-for';
import { createTestWebhook } from '../support/webhooks';
import { documentPage, OLDEST_FIRST, type Page, type Verdict } from './documents';

interface WithPartner {
  app: TestApp;
  /** A webhook of the partner for the events of one document type. */
  createWebhook(name: string, path: string, documentType: string, settings?: object): Promise<{ id: string }>;
}

/** Before the tests of a file, an application and a partner are started; after them, both are stopped. */
export function startWithPartner(): WithPartner {
  let partner: Receiver;
  const started = {} as WithPartner;
  started.createWebhook = (name, path, documentType, settings = {}) =>
    createTestWebhook(started.app, new URL(path, partner.url).href, { name, documentType, ...settings });
  beforeAll(async () => {
    [started.app, partner] = await Promise.all([startTestApp(), startPartner()]);
  });
  afterAll(() => Promise.all([started.app.stop(), partner.stop()]));
  return started;
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

/** `/down` answers 500, `/gone` 410, `/slow` never, every other path 200. */
async function startPartner(): Promise<Receiver> {
  const partner = await startReceiver();
  partner.answerWith(({ path }) => {
    if (path.startsWith('/down')) return { status: 500, body: 'out of order' };
    if (path.startsWith('/gone')) return { status: 410 };
    return path.startsWith('/slow') ? NEVER : {};
  });
  return partner;
}
