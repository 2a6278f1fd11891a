/** The providers whose signatures calls can have. The last five are general methods. */
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
