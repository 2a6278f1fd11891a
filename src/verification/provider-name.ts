/** Whose way of signing a call follows; the last five are ways without a name. */
export const PROVIDER_NAMES = [
  'STANDARD_WEBHOOKS',
  'SVIX',
  'GITHUB',
  'GITLAB',
  'STRIPE',
  'SHOPIFY',
  'SLACK',
  'TWILIO',
  'MAILGUN',
  'FRAPPE',
  'HMAC',
  'TOKEN',
  'BASIC',
  'MTLS',
  'NONE',
] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];
