import { textsOf } from '../i18n/language';
import { plural } from '../i18n/plural';

const en = {
  title: 'Document',
  verdict: {
    ARRIVED: (name: string, time: string, code: string) => `${name} got it on ${time}${code}.`,
    CANCELLED: (name: string, time: string) =>
      `${name} did not get it: the delivery was cancelled${time ? ` on ${time}` : ''}.`,
    GIVEN_UP: (name: string, time: string) =>
      `${name} did not get it: all attempts failed${time ? `, the last on ${time}` : ''}.`,
    HELD: (name: string, why: string) => `${name} has not got it yet: ${why}.`,
    NOT_SENT: (name: string, reason: string) => `Nothing was sent to ${name}: ${reason}.`,
    ON_ITS_WAY: (name: string, time: string) =>
      `It is on its way to ${name}${time ? `; the next attempt is due on ${time}` : ''}.`,
    STUCK: (name: string) =>
      `${name} has not got it: something in the database is wrong with the delivery. An operator must look.`,
    WAITING: (name: string) =>
      `${name} has not got it yet: it waits for an earlier delivery, or for the limits of the webhook.`,
  },
  held: {
    PAUSED: 'the webhook is paused',
    DISABLED: 'the webhook is disabled',
    ARCHIVED: 'the webhook is archived',
    ACTIVE: 'all deliveries are paused',
  } as Record<string, string>,
  comma: ', ',
  answered: (status: number) => `, and answered ${status}`,
  skip: {
    CONDITION_FALSE: 'the condition of the webhook was false',
    CONDITION_ERROR: 'the condition of the webhook failed',
    TEMPLATE_ERROR: 'the template of the webhook failed',
    WEBHOOK_DISABLED: 'the webhook was paused or disabled',
    DUPLICATE: 'the same was sent shortly before',
    LOOP: 'the event was caused by the same webhook',
    ERASED: 'the content was erased before it was decided',
  } as Record<string, string>,
  kinds: {
    EVENT_PUBLISHED: 'Event published',
    DELIVERY_MADE: 'Delivery created',
    DELIVERY_SKIPPED: 'Not sent',
    ATTEMPT_MADE: 'Attempt',
    DELIVERED: 'Delivered',
    GIVEN_UP: 'Given up',
    CANCELLED: 'Cancelled',
    CALL_RECEIVED: 'Call received',
  },
  exactWords: 'What the server says, for a record',
  copyAnswer: 'Copy the answer',
  receipt: 'Print a receipt',
  timeline: 'Everything that happened, both ways',
  nobody: 'An event was published, and no webhook wanted it.',
  wantedBy: (count: number) => plural('en', count, { one: '# webhook wanted it', other: '# webhooks wanted it' }),
  never: 'Nothing is known of this document',
  neverText: (type: string, name: string) =>
    `No event about ${type} ${name} was published, and no partner called about it.`,
  since: (time: string) => `The log goes back to ${time}; what was before it was removed by order.`,
  checked: (time: string) => `Checked ${time}.`,
  seek: 'Search everywhere',
  log: 'In the request log',
  receiptTitle: 'Receipt of an exchange',
  receiptUtc: 'Time (UTC)',
  receiptLocal: 'Time',
  leaf: 'Hash of the sealed record (SHA-256)',
  leafIndex: 'Leaf',
  receiptNote:
    'The record is sealed in a log that cannot be changed unnoticed. Ask for its proof by the id of the request, and check it with verify-evidence.mjs.',
  request: 'Request',
  by: (name: string) => `by ${name}`,
};

const ar: typeof en = {
  title: 'مستند',
  verdict: {
    ARRIVED: (name, time, code) => `وصل إلى ${name} في ${time}${code}.`,
    CANCELLED: (name, time) => `لم يصل إلى ${name}: أُلغي التسليم${time ? ` في ${time}` : ''}.`,
    GIVEN_UP: (name, time) => `لم يصل إلى ${name}: فشلت كل المحاولات${time ? `، وآخرها في ${time}` : ''}.`,
    HELD: (name, why) => `لم يصل إلى ${name} بعد: ${why}.`,
    NOT_SENT: (name, reason) => `لم يُرسل شيء إلى ${name}: ${reason}.`,
    ON_ITS_WAY: (name, time) => `في الطريق إلى ${name}${time ? `؛ المحاولة التالية في ${time}` : ''}.`,
    STUCK: (name) => `لم يصل إلى ${name}: في قاعدة البيانات خلل يخص هذا التسليم، ويجب أن ينظر فيه مشغّل.`,
    WAITING: (name) => `لم يصل إلى ${name} بعد: ينتظر تسليمًا أسبق، أو حدود الخطاف.`,
  },
  held: {
    PAUSED: 'الخطاف موقوف مؤقتًا',
    DISABLED: 'الخطاف معطّل',
    ARCHIVED: 'الخطاف مؤرشف',
    ACTIVE: 'كل التسليمات موقوفة',
  },
  comma: '، ',
  answered: (status) => ` وكان الجواب ${status}`,
  skip: {
    CONDITION_FALSE: 'لم يتحقق شرط الخطاف',
    CONDITION_ERROR: 'أخفق شرط الخطاف',
    TEMPLATE_ERROR: 'أخفق قالب الخطاف',
    WEBHOOK_DISABLED: 'كان الخطاف موقوفًا أو معطّلًا',
    DUPLICATE: 'أُرسل الشيء نفسه قبل قليل',
    LOOP: 'سبب الحدث الخطاف نفسه',
    ERASED: 'مُحي المحتوى قبل اتخاذ القرار',
  },
  kinds: {
    EVENT_PUBLISHED: 'نُشر حدث',
    DELIVERY_MADE: 'أُنشئ تسليم',
    DELIVERY_SKIPPED: 'لم يُرسل',
    ATTEMPT_MADE: 'محاولة',
    DELIVERED: 'تم التسليم',
    GIVEN_UP: 'تُركت المحاولة',
    CANCELLED: 'أُلغي',
    CALL_RECEIVED: 'ورد نداء',
  },
  exactWords: 'ما يقوله الخادم حرفيًا',
  copyAnswer: 'انسخ الجواب',
  receipt: 'اطبع إيصالًا',
  timeline: 'كل ما جرى في الاتجاهين',
  nobody: 'نُشر حدث ولم يرده أي خطاف.',
  wantedBy: (count) =>
    plural('ar', count, {
      zero: 'لم يرده أي خطاف',
      one: 'أراده خطاف واحد',
      two: 'أراده خطافان',
      few: 'أرادته # خطاطيف',
      many: 'أراده # خطافًا',
      other: 'أراده # خطاف',
    }),
  never: 'لا يُعرف شيء عن هذا المستند',
  neverText: (type, name) => `لم يُنشر حدث عن ${type} ${name}، ولم يتصل شريك بشأنه.`,
  since: (time) => `يعود السجل إلى ${time}؛ وما قبله حُذف بأمر.`,
  checked: (time) => `فُحص في ${time}.`,
  seek: 'ابحث في كل مكان',
  log: 'في سجل الطلبات',
  receiptTitle: 'إيصال تبادل',
  receiptUtc: 'الوقت (UTC)',
  receiptLocal: 'الوقت',
  leaf: 'بصمة السجل المختوم (SHA-256)',
  leafIndex: 'الورقة',
  receiptNote: 'السجل مختوم في سجل لا يمكن تغييره خفية. اطلب إثباته بمعرّف الطلب وتحقق منه بالأداة verify-evidence.mjs.',
  request: 'الطلب',
  by: (name) => `بواسطة ${name}`,
};

export const useDocumentTexts = textsOf(en, ar);
export type DocumentTexts = typeof en;
