import type { LanguageCode } from './language';

export interface PluralForms {
  zero?: string;
  one: string;
  two?: string;
  few?: string;
  many?: string;
  other: string;
}

const RULES = { en: new Intl.PluralRules('en'), ar: new Intl.PluralRules('ar') };

/** The form for a number, with the number in place of `#`. Arabic has six forms; one that is not given is `other`. */
export function plural(code: LanguageCode, count: number, forms: PluralForms): string {
  const form = forms[RULES[code].select(count)] ?? forms.other;
  return form.replaceAll('#', formatCount(count));
}

const COUNT = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** Latin digits in both languages: the same page shows ids and sizes. */
export function formatCount(count: number): string {
  return COUNT.format(count);
}
