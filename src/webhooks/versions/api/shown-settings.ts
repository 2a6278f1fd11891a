// Recorded settings as a viewer may see them: from viewers with masks, parts of the URL that look like a token are hidden.
import type { Context } from '../../../graphql/context';
import { masksOf } from '../../../graphql/roles/masked';
import { withoutSecrets } from '../../credentials/shown-url';
import type { RecordedSettings, SettingChange } from '../recorded-settings';

function urlFor(context: Context, url: unknown): unknown {
  return typeof url !== 'string' || masksOf(context).seesAll ? url : withoutSecrets(url);
}

/** @param text the recorded settings, as JSON */
export function settingsFor(context: Context, text: string): RecordedSettings {
  const settings: RecordedSettings = JSON.parse(text);
  return { ...settings, ...('url' in settings && { url: urlFor(context, settings.url) }) };
}

export function changeFor(context: Context, change: SettingChange): SettingChange {
  if (change.setting !== 'url') return change;
  return { ...change, before: urlFor(context, change.before), after: urlFor(context, change.after) };
}
