import { inBody } from '../call';
import type { Provider, ProviderName } from '../provider';
import { basic } from './basic';
import { frappe } from './frappe';
import { github } from './github';
import { gitlab } from './gitlab';
import { hmac } from './hmac';
import { mailgun } from './mailgun';
import { mtls } from './mtls';
import { shopify } from './shopify';
import { slack } from './slack';
import { standardWebhooks } from './standard-webhooks';
import { stripe } from './stripe';
import { svix } from './svix';
import { token } from './token';
import { twilio } from './twilio';

/** NO VERIFICATION: anyone who knows the address can send any call. */
const none: Provider = {
  title: 'Unsigned call',
  secret: null,
  read: () => ({ proofs: [] }),
  places: { event: [inBody('$.type'), inBody('$.event')], id: [], reference: [] },
};

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
