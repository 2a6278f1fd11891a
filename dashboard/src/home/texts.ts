import type { ExpiringSecretKind } from '../api/generated/documents';
import { textsOf } from '../i18n/language';

const en = {
  title: 'Find',
  label: 'Document, id, webhook or person',
  hint: 'INV-0042, or an id such as req_... Press Enter: each search is recorded in the audit trail.',
  find: 'Search',
  nothing: (text: string) => `Nothing was found for ${text}`,
  nothingText:
    'Documents are found by their whole name or its beginning. Search the contents of requests in the request log.',
  results: 'Found',
  kinds: {
    BusinessDocument: 'Document',
    BusinessEvent: 'Event',
    Delivery: 'Delivery',
    Webhook: 'Webhook',
    User: 'Person',
    AuditEntry: 'Audit entry',
    WebhookRequestLog: 'Request',
  } as Record<string, string>,
  needs: 'Needs you',
  needsNothing: (time: string) => `Nothing needs you. Checked ${time}.`,
  paused: (reason: string, by: string) => `All deliveries are paused${by ? ` by ${by}` : ''}: ${reason}`,
  disabled: (name: string) => `${name} is disabled: nothing is sent to this partner`,
  givenUp: (document: string, webhook: string) => `${webhook} did not get ${document}: all attempts failed`,
  stuck: (kind: string, webhook: string) =>
    `Stuck: ${kind}${webhook ? `, ${webhook}` : ''}. Something in the database is wrong.`,
  expires: (secret: string, of: string) => `${secret} expires: ${of}`,
  secrets: {
    API_KEY: 'An API key',
    CA_CERTIFICATE: 'A certificate authority',
    CLIENT_CERTIFICATE: 'A client certificate',
    INCOMING_ADDRESS: 'An address that was replaced',
    SIGNING_KEY: 'A signing key that was replaced',
    VERIFICATION_KEY: 'A verification key that was replaced',
  } satisfies Record<ExpiringSecretKind, string>,
  approvals: {
    REPLAY: 'asks to send a delivery again',
    ERASURE: 'asks to erase content',
    HOLD_RELEASE: 'asks to release a legal hold',
  },
  stop: 'The sealed log has stopped',
  today: 'Deliveries of the last 24 hours',
};

const ar: typeof en = {
  title: 'بحث',
  label: 'مستند أو معرّف أو خطاف أو شخص',
  hint: 'مثل INV-0042 أو معرّف يبدأ بـ req_. اضغط مفتاح الإدخال: يُسجَّل كل بحث في سجل التدقيق.',
  find: 'ابحث',
  nothing: (text) => `لم يُعثر على شيء لـ ${text}`,
  nothingText: 'تُوجد المستندات باسمها الكامل أو بأوله. للبحث في محتوى الطلبات افتح سجل الطلبات.',
  results: 'النتائج',
  kinds: {
    BusinessDocument: 'مستند',
    BusinessEvent: 'حدث',
    Delivery: 'تسليم',
    Webhook: 'خطاف ويب',
    User: 'شخص',
    AuditEntry: 'قيد تدقيق',
    WebhookRequestLog: 'طلب',
  },
  needs: 'يحتاج إليك',
  needsNothing: (time) => `لا شيء يحتاج إليك. فُحص في ${time}.`,
  paused: (reason, by) => `كل التسليمات موقوفة${by ? ` بواسطة ${by}` : ''}: ${reason}`,
  disabled: (name) => `${name} معطّل: لا يُرسل شيء إلى هذا الشريك`,
  givenUp: (document, webhook) => `لم يصل ${document} إلى ${webhook}: فشلت كل المحاولات`,
  stuck: (kind, webhook) => `عالق: ${kind}${webhook ? `، ${webhook}` : ''}. في قاعدة البيانات خلل.`,
  expires: (secret, of) => `ينتهي قريبًا ${secret}: ${of}`,
  secrets: {
    API_KEY: 'مفتاح API',
    CA_CERTIFICATE: 'سلطة شهادات',
    CLIENT_CERTIFICATE: 'شهادة عميل',
    INCOMING_ADDRESS: 'عنوان استُبدل',
    SIGNING_KEY: 'مفتاح توقيع استُبدل',
    VERIFICATION_KEY: 'مفتاح تحقق استُبدل',
  },
  approvals: { REPLAY: 'يطلب إعادة إرسال تسليم', ERASURE: 'يطلب محو محتوى', HOLD_RELEASE: 'يطلب رفع حجز قانوني' },
  stop: 'توقف السجل المختوم',
  today: 'تسليمات آخر 24 ساعة',
};

export const useHomeTexts = textsOf(en, ar);
