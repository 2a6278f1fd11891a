import { useState } from 'react';
import { useViewer } from '../api/viewer';
import { type LanguageCode, useLanguage } from '../i18n/language';
import { browserZone, useTimeZone } from '../i18n/time-zone';
import { Page } from '../shell/page';
import { applyTheme, currentTheme, type Theme } from '../shell/theme';
import { Facts } from '../ui/facts';
import { SelectField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { Mail } from './mail';
import { Sessions } from './sessions';
import { useMeTexts } from './texts';

const THEMES: readonly Theme[] = ['system', 'light', 'dark'];
const LANGUAGES: readonly LanguageCode[] = ['en', 'ar'];

export default function MePage() {
  const texts = useMeTexts();
  const { user, roles, about, may } = useViewer();
  const { code, setLanguage } = useLanguage();
  const { zone, setZone } = useTimeZone();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Page title={texts.title}>
      <section className="card stack">
        <Facts
          of={{
            [texts.who]: user ? <bdi>{user.fullName ?? user.name}</bdi> : null,
            [texts.roles]: <Ltr className="mono">{roles.join(', ')}</Ltr>,
            [texts.version]: <Ltr>{about.version}</Ltr>,
          }}
        />
      </section>
      <section className="card stack">
        <h2>{texts.look}</h2>
        <div className="filters">
          <SelectField<LanguageCode>
            label={texts.language}
            value={code}
            options={LANGUAGES.map((value) => ({ value, label: texts.languages[value] }))}
            onChange={setLanguage}
          />
          <SelectField<Theme>
            label={texts.theme}
            value={theme}
            options={THEMES.map((value) => ({ value, label: texts.themes[value] }))}
            onChange={(chosen) => {
              applyTheme(chosen);
              setTheme(chosen);
            }}
          />
          <SelectField
            label={texts.zone}
            hint={texts.zoneHint}
            value={zone}
            options={zones().map((value) => ({
              value,
              label: value === browserZone() ? texts.ownZone(value) : value,
            }))}
            onChange={setZone}
          />
        </div>
        <p className="faint">{texts.remembered}</p>
      </section>
      {user && may('Mutation.setMyMail') ? <Mail user={user} /> : null}
      {may('Query.mySessions') ? <Sessions /> : null}
    </Page>
  );
}

/** That of the browser and UTC first. */
function zones(): string[] {
  return [...new Set([browserZone(), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
