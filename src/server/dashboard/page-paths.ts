/**
 * The paths of the dashboard's pages. Its router and the server read this list: at each of them the server answers with the
 * same document, and elsewhere with an error. `/exports` and `/evidence` are pages; below them is the API.
 */
export const PAGE_PATHS = [
  '/',
  '/sign-in',
  '/document',
  '/log',
  '/log/:id',
  '/deliveries',
  '/deliveries/:id',
  '/replays',
  '/webhooks',
  '/webhooks/new',
  '/webhooks/:id',
  '/webhooks/:id/edit',
  '/evidence',
  '/audit',
  '/privacy',
  '/exports',
  '/health',
  '/people',
  '/me',
] as const;

export type PagePath = (typeof PAGE_PATHS)[number];
