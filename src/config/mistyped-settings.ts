// A setting with a mistyped name would keep its default without a word: no journal, no limit.
import leven from 'leven';

/** HOST and PORT are too short: other programs use names like them. */
const MIN_LENGTH = 8;
const LONG_NAME = 18;

/**
 * @param settings the names of all settings
 * @returns a sentence for each variable whose name is unknown and nearly that of a setting that has no value
 */
export function mistypedSettings(env: Record<string, string | undefined>, settings: ReadonlySet<string>): string[] {
  const isSet = (name: string) => Boolean(env[name]?.trim());
  const missing = [...settings].filter((name) => name.length >= MIN_LENGTH && !isSet(name));
  return Object.keys(env)
    .filter((name) => !settings.has(name) && isSet(name))
    .flatMap((name) => {
      const meant = missing.find((setting) => isNearly(name.toUpperCase(), setting));
      return meant === undefined ? [] : [`${name}: there is no such setting. Name it ${meant}, or remove it.`];
    });
}

// two, so that LOG_LEVLE is near; PUBLIC_KEY is three away from PUBLIC_URL
function isNearly(name: string, setting: string): boolean {
  const allowed = setting.length < LONG_NAME ? 2 : 3;
  return Math.abs(name.length - setting.length) <= allowed && leven(name, setting) <= allowed;
}
