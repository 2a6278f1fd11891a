import { readPreference, writePreference } from '../i18n/preferences';

export type Theme = 'system' | 'light' | 'dark';

export function currentTheme(): Theme {
  const kept = readPreference('theme');
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function applyTheme(theme: Theme): void {
  writePreference('theme', theme === 'system' ? null : theme);
  showTheme(theme);
}

/** Before the first paint. */
export function showTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}
