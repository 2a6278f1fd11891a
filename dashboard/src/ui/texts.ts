import { textsOf } from '../i18n/language';
import { plural } from '../i18n/plural';

const en = {
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'The browser did not copy: select the text by hand.',
  cancel: 'Cancel',
  close: 'Close',
  tryAgain: 'Try again',
  loading: 'Loading',
  stillAsking: 'Still asking ...',
  offline: 'The server does not answer. What you see is what was there before.',
  noActions: 'There is no connection: nothing can be asked of the server.',
  failed: 'This did not work',
  partFailed: 'A part could not be read:',
  notKnown: 'This could not be read: see above.',
  againIn: (seconds: number) => `Try again in ${plural('en', seconds, { one: '# second', other: '# seconds' })}.`,
  code: 'Code',
  requestId: 'Request id',
  tooMany: (seconds: number) =>
    `Too many requests. Try again in ${plural('en', seconds, { one: '# second', other: '# seconds' })}.`,
  denied: 'Not for your role',
  deniedRoles: (roles: string) => `Only these roles may read this: ${roles}.`,
  none: 'None',
  more: 'Show more',
  searchedTo: (time: string) => `Nothing further until ${time}; older rows were not looked at yet.`,
  searchOn: 'Search further',
  reason: 'Reason',
  reasonHint: 'It stays in the audit trail. Write no names of persons in it.',
  yes: 'yes',
  no: 'no',
};

const ar: typeof en = {
  copy: 'نسخ',
  copied: 'تم النسخ',
  copyFailed: 'لم ينسخ المتصفح النص: حدّده يدويًا.',
  cancel: 'إلغاء',
  close: 'إغلاق',
  tryAgain: 'حاول مجددًا',
  loading: 'جارٍ التحميل',
  stillAsking: 'ما زال الطلب جاريًا ...',
  offline: 'الخادم لا يجيب. ما تراه هو آخر ما وصل.',
  noActions: 'لا يوجد اتصال: لا يمكن طلب شيء من الخادم.',
  failed: 'لم ينجح هذا',
  partFailed: 'تعذرت قراءة جزء:',
  notKnown: 'تعذرت قراءة هذا: انظر أعلاه.',
  againIn: (seconds) =>
    `حاول بعد ${plural('ar', seconds, { one: 'ثانية واحدة', two: 'ثانيتين', few: '# ثوانٍ', many: '# ثانية', other: '# ثانية' })}.`,
  code: 'الرمز',
  requestId: 'معرّف الطلب',
  tooMany: (seconds) =>
    `طلبات كثيرة جدًا. حاول بعد ${plural('ar', seconds, { one: 'ثانية واحدة', two: 'ثانيتين', few: '# ثوانٍ', many: '# ثانية', other: '# ثانية' })}.`,
  denied: 'غير متاح لدورك',
  deniedRoles: (roles) => `يقرأ هذا فقط من له أحد هذه الأدوار: ${roles}.`,
  none: 'لا شيء',
  more: 'عرض المزيد',
  searchedTo: (time) => `لا شيء آخر حتى ${time}؛ لم تُفحص الصفوف الأقدم بعد.`,
  searchOn: 'تابع البحث',
  reason: 'السبب',
  reasonHint: 'يبقى في سجل التدقيق. لا تكتب فيه أسماء أشخاص.',
  yes: 'نعم',
  no: 'لا',
};

/** Texts that several features use. */
export const useUiTexts = textsOf(en, ar);
