// How the calls of each provider are signed, in a sentence: for the person who sets it up, and for the partner's developer.
import type { WebhookProvider } from '../api/generated/documents';
import { textsOf } from '../i18n/language';

const en: Record<WebhookProvider, string> = {
  STANDARD_WEBHOOKS:
    'Standard Webhooks 1.0.0: an HMAC-SHA256 of id, time and body in webhook-signature (v1), made with the secret whsec_...; or an ed25519 signature (v1a), for which you enter the public key of the partner, whpk_...',
  SVIX: 'As Standard Webhooks, in the headers svix-id, svix-timestamp and svix-signature. Svix issues the secret, whsec_...',
  GITHUB: 'X-Hub-Signature-256: an HMAC-SHA256 of the body. Enter the same secret here and in the settings at GitHub.',
  GITLAB: 'X-Gitlab-Token: the secret itself, which does not sign the body. Enter the same secret here and at GitLab.',
  STRIPE: 'Stripe-Signature: an HMAC-SHA256 of time and body. Stripe issues the secret, whsec_..., for this address.',
  SHOPIFY: 'X-Shopify-Hmac-Sha256: an HMAC-SHA256 of the body. The secret is the client secret of the app.',
  SLACK: 'X-Slack-Signature: an HMAC-SHA256 of time and body. The secret is the signing secret of the app.',
  TWILIO: 'X-Twilio-Signature: an HMAC-SHA1 of the address and the form. The secret is the auth token.',
  MAILGUN: 'A signature in the body, over time and token and not over the rest. The secret is the webhook signing key.',
  FRAPPE: 'X-Frappe-Webhook-Signature: an HMAC-SHA256 of the body. Enter the same secret here and in Frappe.',
  HMAC: 'An HMAC in a header that you name, over a text that you describe.',
  TOKEN: 'A token in a header or in the address. It does not sign the body: who reads one call can send any other.',
  BASIC: 'HTTP Basic: a user name and a password. They do not sign the body.',
  MTLS: 'The client certificate that the reverse proxy has seen. The secret is its PEM text or its SHA-256 fingerprint.',
  NONE: 'Nothing is verified: a call from anybody who knows the address is accepted.',
};
const ar: typeof en = {
  STANDARD_WEBHOOKS:
    'Standard Webhooks 1.0.0: ‏HMAC-SHA256 للمعرّف والوقت والمحتوى في webhook-signature ‏(v1) بالسر whsec_...‎، أو توقيع ed25519 ‏(v1a) وتُدخل له المفتاح العام للشريك whpk_...‎',
  SVIX: 'مثل Standard Webhooks في الترويسات svix-id وsvix-timestamp وsvix-signature. تُصدر Svix السر whsec_...‎',
  GITHUB: 'الترويسة X-Hub-Signature-256: ‏HMAC-SHA256 للمحتوى. أدخل السر نفسه هنا وفي إعدادات GitHub.',
  GITLAB: 'الترويسة X-Gitlab-Token: السر نفسه، وهو لا يوقّع المحتوى. أدخل السر نفسه هنا وفي GitLab.',
  STRIPE: 'الترويسة Stripe-Signature: ‏HMAC-SHA256 للوقت والمحتوى. تُصدر Stripe السر whsec_...‎ لهذا العنوان.',
  SHOPIFY: 'الترويسة X-Shopify-Hmac-Sha256: ‏HMAC-SHA256 للمحتوى. السر هو سر العميل للتطبيق.',
  SLACK: 'الترويسة X-Slack-Signature: ‏HMAC-SHA256 للوقت والمحتوى. السر هو سر التوقيع للتطبيق.',
  TWILIO: 'الترويسة X-Twilio-Signature: ‏HMAC-SHA1 للعنوان والنموذج. السر هو رمز المصادقة.',
  MAILGUN: 'توقيع داخل المحتوى للوقت والرمز لا لبقيته. السر هو مفتاح توقيع الخطافات.',
  FRAPPE: 'الترويسة X-Frappe-Webhook-Signature: ‏HMAC-SHA256 للمحتوى. أدخل السر نفسه هنا وفي Frappe.',
  HMAC: 'HMAC في ترويسة تسميها أنت، لنص تصفه أنت.',
  TOKEN: 'رمز في ترويسة أو في العنوان. لا يوقّع المحتوى: من يقرأ نداءً واحدًا يمكنه إرسال أي نداء.',
  BASIC: 'HTTP Basic: اسم مستخدم وكلمة مرور. لا يوقّعان المحتوى.',
  MTLS: 'شهادة العميل التي رآها الوكيل العكسي. السر هو نصها بصيغة PEM أو بصمتها SHA-256.',
  NONE: 'لا يُتحقق من شيء: يُقبل نداء أي شخص يعرف العنوان.',
};

export const useProviderTexts = textsOf(en, ar);

export const PROVIDERS = Object.keys(en) as WebhookProvider[];
