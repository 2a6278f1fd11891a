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

export interface Page {
  path: PagePath;
  /** In the navigation; null: reached by links. */
  name: PageName | null;
  /** Who may use this may open the page; null: everybody who reads. */
  needs: RootField | null;
  component: ComponentType;
}

/** In the order of the navigation. */
export const PAGES: readonly Page[] = [
  { path: '/', name: 'home', needs: 'Query.search', component: lazy(() => import('../home/home-page')) },
  {
    path: '/document',
    name: null,
    needs: 'Query.businessDocument',
    component: lazy(() => import('../document/document-page')),
  },
  { path: '/log', name: 'log', needs: 'Query.webhookRequestLogs', component: lazy(() => import('../log/log-page')) },
  {
    path: '/log/:id',
    name: null,
    needs: 'Query.webhookRequestLog',
    component: lazy(() => import('../request/request-page')),
  },
  {
    path: '/deliveries',
    name: 'deliveries',
    needs: 'Query.deliveries',
    component: lazy(() => import('../deliveries/deliveries-page')),
  },
  {
    path: '/deliveries/:id',
    name: null,
    needs: 'Query.delivery',
    component: lazy(() => import('../deliveries/delivery-page')),
  },
  {
    path: '/webhooks',
    name: 'webhooks',
    needs: 'Query.webhooks',
    component: lazy(() => import('../webhooks/webhooks-page')),
  },
  {
    path: '/webhooks/:id',
    name: null,
    needs: 'Query.webhook',
    component: lazy(() => import('../webhooks/webhook-page')),
  },
  {
    path: '/audit',
    name: 'audit',
    needs: 'Query.myAuditEntries',
    component: lazy(() => import('../audit/audit-page')),
  },
  {
    path: '/exports',
    name: 'exports',
    needs: 'Query.exports',
    component: lazy(() => import('../exports/exports-page')),
  },
  { path: '/people', name: 'people', needs: 'Query.users', component: lazy(() => import('../people/people-page')) },
];
