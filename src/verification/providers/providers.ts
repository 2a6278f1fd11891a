import type { Provider } from '../provider';
import type { ProviderName } from '../provider-name';
import { basic } from './basic';
import { frappe } from './frappe';
import { github } from './github';
import { gitlab } from './gitlab';
import { hmac } from './hmac';
import { mailgun } from './mailgun';
import { mtls } from './mtls';
import { none } from './none';
import { shopify } from './shopify';
import { slack } from './slack';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';
import { svix } from './svix';
import { token } from './token';
import { twilio } from './twilio';

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
