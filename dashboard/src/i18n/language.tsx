// The language of the pages, and what follows from it: direction, formats and the texts of each feature.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { I18nProvider } from 'react-aria-components';
import { readPreference, writePreference } from './preferences';

export type LanguageCode = 'en' | 'ar';

export interface Language {
  code: LanguageCode;
  dir: 'ltr' | 'rtl';
  /** For `Intl`: Latin digits and the Gregorian calendar in both languages. */
  locale: string;
  setLanguage(code: LanguageCode): void;
}

const LOCALES: Record<LanguageCode, string> = { en: 'en-GB-u-nu-latn', ar: 'ar-u-nu-latn-ca-gregory' };
/** Those of React Aria. */
const ARIA_LOCALES: Record<LanguageCode, string> = { en: 'en-US', ar: 'ar-AE' };

const LanguageContext = createContext<Language | null>(null);

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [code, setCode] = useState<LanguageCode>(initialLanguage);
  const language = useMemo((): Language => {
    const dir = code === 'ar' ? 'rtl' : 'ltr';
    const setLanguage = (chosen: LanguageCode) => {
      writePreference('language', chosen);
      setCode(chosen);
    };
    return { code, dir, locale: LOCALES[code], setLanguage };
  }, [code]);
  useEffect(() => {
    document.documentElement.lang = language.code;
    document.documentElement.dir = language.dir;
  }, [language]);
  return (
    <LanguageContext value={language}>
      <I18nProvider locale={ARIA_LOCALES[code]}>{children}</I18nProvider>
    </LanguageContext>
  );
}

/** The one chosen before; otherwise that of the browser. */
export function initialLanguage(): LanguageCode {
  const kept = readPreference('language');
  if (kept === 'en' || kept === 'ar') return kept;
  return navigator.language.toLowerCase().startsWith('ar') ? 'ar' : 'en';
}

export function useLanguage(): Language {
  const language = useContext(LanguageContext);
  if (!language) throw new Error('there is no LanguageProvider above this component');
  return language;
}

/**
 * The texts of a feature in both languages, side by side: `const useTexts = textsOf(en, ar)`. A text that one of them lacks is a
 * compile error.
 */
export function textsOf<Texts>(en: Texts, ar: NoInfer<Texts>): () => Texts {
  return () => (useLanguage().code === 'ar' ? ar : en);
}
