import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
// before the styles of components, which depart from them
import './ui/fonts.css';
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/state.css';
import { App } from './app';
import { initialLanguage } from './i18n/language';
import { currentTheme, showTheme } from './shell/theme';

// before the first paint, so that nothing turns over
const language = initialLanguage();
document.documentElement.lang = language;
document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
showTheme(currentTheme());

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
