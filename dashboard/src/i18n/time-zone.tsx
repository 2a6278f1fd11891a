// The time zone in which times are shown: that of the browser, UTC, or another one that the person chose.
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useLanguage } from './language';
import { readPreference, writePreference } from './preferences';

interface TimeZone {
  zone: string;
  setZone(zone: string): void;
}

const TimeZoneContext = createContext<TimeZone | null>(null);

export function TimeZoneProvider({ children }: { children: ReactNode }) {
  const [zone, keep] = useState(() => knownZone(readPreference('zone')) ?? browserZone());
  const value = useMemo(() => {
    const setZone = (chosen: string) => {
      writePreference('zone', chosen);
      keep(chosen);
    };
    return { zone, setZone };
  }, [zone]);
  return <TimeZoneContext value={value}>{children}</TimeZoneContext>;
}

export function browserZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

function knownZone(name: string | null): string | null {
  if (name === null) return null;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}

export function useTimeZone(): TimeZone {
  const value = useContext(TimeZoneContext);
  if (!value) throw new Error('there is no TimeZoneProvider above this component');
  return value;
}

export interface Times {
  /** The name of the zone, such as `Asia/Riyadh`. */
  zone: string;
  /** `15:07:14.985` */
  clock(time: string): string;
  /** `15:07` */
  minute(time: string): string;
  /** `Tue 1 Dec, 15:07` */
  dayAndMinute(time: string): string;
  /** `1 Dec` */
  shortDay(time: string): string;
  /** `Tue 1 Dec 2026` */
  day(time: string): string;
  /** `Tue 1 Dec 2026, 15:07:14` */
  full(time: string): string;
  /** The same in UTC, with `UTC` behind it. */
  utc(time: string): string;
  /** `41 min ago`, `in 3 hours` */
  ago(time: string, now?: number): string;
}

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
];

/** Formats of times in the language and the zone of the person: 24 hours, Latin digits. */
export function useTimes(): Times {
  const { locale } = useLanguage();
  const { zone } = useTimeZone();
  return useMemo(() => timesIn(locale, zone), [locale, zone]);
}

export function timesIn(locale: string, zone: string): Times {
  const format = (options: Intl.DateTimeFormatOptions) => {
    const made = new Intl.DateTimeFormat(locale, { hourCycle: 'h23', timeZone: zone, ...options });
    return (time: string) => made.format(new Date(time));
  };
  const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  const day = { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' } as const;
  const utc = format({ ...day, ...clock, timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'always', style: 'short' });
  return {
    zone,
    clock: format({ ...clock, fractionalSecondDigits: 3 }),
    minute: format({ hour: '2-digit', minute: '2-digit' }),
    dayAndMinute: format({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
    shortDay: format({ day: 'numeric', month: 'short' }),
    day: format(day),
    full: format({ ...day, ...clock }),
    utc: (time) => `${utc(time)} UTC`,
    ago(time, now = Date.now()) {
      const seconds = Math.round((Date.parse(time) - now) / 1_000);
      const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? (['second', 1] as const);
      return relative.format(Math.trunc(seconds / size), unit);
    },
  };
}
