// The pages: their paths, what they load, and which root field a role must be able to use to open them.
import { type ComponentType, lazy } from 'react';
import type { PagePath } from '../../../src/server/dashboard/page-paths';
import type { RootField } from '../api/generated/access';

type PageName =
  | 'home'
  | 'log'
  | 'deliveries'
  | 'replays'
  | 'webhooks'
  | 'evidence'
  | 'audit'
  | 'privacy'
  | 'exports'
  | 'health'
  | 'people'
  | 'me';

interface Module {
  default: ComponentType;
}

export interface Page {
  path: PagePath;
  /** In the navigation; null: reached by links. */
  name: PageName | null;
  /** Who may use this may open the page; null: everybody who reads. */
  needs: RootField | null;
  component: ComponentType;
}

function page(path: PagePath, name: PageName | null, needs: RootField | null, load: () => Promise<Module>): Page {
  return { path, name, needs, component: lazy(load) };
}

/** In the order of the navigation. */
export const PAGES: readonly Page[] = [
  page('/', 'home', 'Query.search', () => import('../home/home-page')),
  page('/document', null, 'Query.businessDocument', () => import('../document/document-page')),
  page('/log', 'log', 'Query.webhookRequestLogs', () => import('../log/log-page')),
  page('/log/:id', null, 'Query.webhookRequestLog', () => import('../request/request-page')),
  page('/deliveries', 'deliveries', 'Query.deliveries', () => import('../deliveries/deliveries-page')),
  page('/deliveries/:id', null, 'Query.delivery', () => import('../deliveries/delivery-page')),
  page('/replays', 'replays', 'Query.replays', () => import('../replays/replays-page')),
  page('/webhooks', 'webhooks', 'Query.webhooks', () => import('../webhooks/webhooks-page')),
  page('/webhooks/new', null, 'Mutation.createWebhook', () => import('../webhooks/new-webhook-page')),
  page('/webhooks/:id', null, 'Query.webhook', () => import('../webhooks/webhook-page')),
  page('/webhooks/:id/edit', null, 'Mutation.updateWebhook', () => import('../webhooks/edit-webhook-page')),
  page('/evidence', 'evidence', 'Query.evidenceStatus', () => import('../evidence/evidence-page')),
  page('/audit', 'audit', 'Query.myAuditEntries', () => import('../audit/audit-page')),
  page('/privacy', 'privacy', 'Query.maskingRules', () => import('../privacy/privacy-page')),
  page('/exports', 'exports', 'Query.exports', () => import('../exports/exports-page')),
  page('/health', 'health', 'Query.deliveriesPaused', () => import('../health/health-page')),
  page('/people', 'people', 'Query.users', () => import('../people/people-page')),
  page('/me', 'me', null, () => import('../me/me-page')),
];
