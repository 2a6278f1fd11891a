import { textsOf } from '../i18n/language';

const en = {
  title: 'Sign in',
  ended: 'Your session has ended',
  endedText: 'Sign in again: you stay where you are, and what you have typed stays.',
  key: 'API key',
  keyHint: 'It begins with hl_. A SYSTEM_MANAGER makes keys under People.',
  submit: 'Sign in',
  provider: 'Sign in at your company',
  refused: 'The key was not accepted: it is unknown, revoked or expired.',
  cookies:
    'The browser did not keep the session. Safari drops secure cookies on http://localhost: use another browser, or https.',
};

const ar: typeof en = {
  title: 'تسجيل الدخول',
  ended: 'انتهت جلستك',
  endedText: 'سجّل الدخول مجددًا: تبقى في مكانك ويبقى ما كتبته.',
  key: 'مفتاح API',
  keyHint: 'يبدأ بـ hl_. يُنشئ مدير النظام المفاتيح في صفحة الأشخاص.',
  submit: 'دخول',
  provider: 'الدخول عبر شركتك',
  refused: 'لم يُقبل المفتاح: غير معروف أو أُلغي أو انتهت صلاحيته.',
  cookies:
    'لم يحفظ المتصفح الجلسة. يرفض Safari ملفات الارتباط الآمنة على http://localhost: استعمل متصفحًا آخر أو https.',
};

export const useSignInTexts = textsOf(en, ar);
