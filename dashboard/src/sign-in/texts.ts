import { textsOf } from '../i18n/language';
import { plural } from '../i18n/plural';

const en = {
  title: 'Sign in',
  ended: 'Your session has ended',
  endedText: 'Sign in again: you stay where you are, and what you have typed stays.',
  warning: 'Your session ends soon',
  idle: (minutes: number) =>
    `It ends in ${plural('en', minutes, { one: '# minute', other: '# minutes' })}, because nothing was asked for.`,
  limit: (time: string) =>
    `It ends at ${time}, 12 hours after you signed in. It cannot be made longer: sign in again now, or when it has ended. You stay where you are, and what you have typed stays.`,
  stay: 'Stay signed in',
  later: 'Later',
  signInNow: 'Sign in again now',
  againText: 'You signed in more than 15 minutes ago. For this, sign in again; then go on.',
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
  warning: 'تنتهي جلستك قريبًا',
  idle: (minutes) =>
    `تنتهي بعد ${plural('ar', minutes, { one: 'دقيقة', two: 'دقيقتين', few: '# دقائق', many: '# دقيقة', other: '# دقيقة' })}، لأن شيئًا لم يُطلب.`,
  limit: (time) =>
    `تنتهي في ${time}، بعد 12 ساعة من دخولك. لا يمكن إطالتها: سجّل الدخول مجددًا الآن أو حين تنتهي. تبقى في مكانك ويبقى ما كتبته.`,
  stay: 'ابقَ داخلًا',
  later: 'لاحقًا',
  signInNow: 'سجّل الدخول مجددًا الآن',
  againText: 'سجلت الدخول قبل أكثر من 15 دقيقة. سجّل الدخول مجددًا ثم تابع.',
  key: 'مفتاح API',
  keyHint: 'يبدأ بـ hl_. يُنشئ مدير النظام المفاتيح في صفحة الأشخاص.',
  submit: 'دخول',
  provider: 'الدخول عبر شركتك',
  refused: 'لم يُقبل المفتاح: غير معروف أو أُلغي أو انتهت صلاحيته.',
  cookies:
    'لم يحفظ المتصفح الجلسة. يرفض Safari ملفات الارتباط الآمنة على http://localhost: استعمل متصفحًا آخر أو https.',
};

export const useSignInTexts = textsOf(en, ar);
