// Where each thing is: links go by these, so that no feature needs to know another.

export const paths = {
  home: () => '/',
  signIn: (returnTo: string) => `/sign-in?${new URLSearchParams({ returnTo })}`,
  document: (type: string, name: string) => `/document?${new URLSearchParams({ type, name })}`,
  log: (filters: Record<string, string> = {}) => withFilters('/log', filters),
  request: (id: string) => `/log/${encodeURIComponent(id)}`,
  deliveries: (filters: Record<string, string> = {}) => withFilters('/deliveries', filters),
  delivery: (id: string) => `/deliveries/${encodeURIComponent(id)}`,
  replays: () => '/replays',
  webhooks: () => '/webhooks',
  newWebhook: () => '/webhooks/new',
  editWebhook: (id: string) => `/webhooks/${encodeURIComponent(id)}/edit`,
  webhook: (id: string) => `/webhooks/${encodeURIComponent(id)}`,
  evidence: () => '/evidence',
  audit: (filters: Record<string, string> = {}) => withFilters('/audit', filters),
  privacy: (filters: Record<string, string> = {}) => withFilters('/privacy', filters),
  exports: () => '/exports',
  health: () => '/health',
  people: () => '/people',
  me: () => '/me',
} as const;

function withFilters(path: string, filters: Record<string, string>): string {
  const search = new URLSearchParams(filters).toString();
  return search ? `${path}?${search}` : path;
}
