import type { Provider } from './provider';
import type { ProviderName } from './provider-name';
import { basic } from './providers/basic';
import { frappe } from './providers/frappe';
import { github } from './providers/github';
import { gitlab } from './providers/gitlab';
import { hmac } from './providers/hmac';
import { mailgun } from './providers/mailgun';
import { mtls } from './providers/mtls';
import { none } from './providers/none';
import { shopify } from './providers/shopify';
import { slack } from './providers/slack';
import { standardWebhooks } from './providers/standard-webhooks';
import { stripe } from './providers/stripe';
import { svix } from './providers/svix';
import { token } from './providers/token';
import { twilio } from './providers/twilio';

export const PROVIDERS: Record<ProviderName, Provider> = {
  STANDARD_WEBHOOKS: standardWebhooks,
  SVIX: svix,
  GITHUB: github,
  GITLAB: gitlab,
  STRIPE: stripe,
  SHOPIFY: shopify,
  SLACK: slack,
  TWILIO: twilio,
  MAILGUN: mailgun,
  FRAPPE: frappe,
  HMAC: hmac,
  TOKEN: token,
  BASIC: basic,
  MTLS: mtls,
  NONE: none,
};
