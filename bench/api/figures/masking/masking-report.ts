import { rounded } from '../../../numbers';
import type { Masking } from './masking';
import type { Use } from './turns';

type Side = 'manager' | 'support';

/** Names that stay. null: not measured, or unknown. */
export function maskingKeys(masking: Masking | undefined) {
  const worst = (side: Side) =>
    masking && Math.min(...masking.pages.map((page) => against(page.withoutRules, page[side])));
  return {
    maskedManagerRatio: ratioOrNull(worst('manager')),
    maskedSupportRatio: ratioOrNull(worst('support')),
    sessionRatio: ratioOrNull(masking && against(masking.session.key, masking.session.session)),
    notedReadingMs: masking ? rounded(masking.noting.newMs - masking.noting.knownMs, 3) : null,
  };
}

const ratioOrNull = (value: number | undefined) => (value === undefined ? null : rounded(value, 3));

/** How many answers the same CPU gives, of those that it gave before. */
const against = (before: Use, now: Use) => before.cpuMs / now.cpuMs;

export function maskingRows(masking: Masking | undefined): string[][] {
  if (!masking) return [];
  const { pages, noting, session } = masking;
  return [
    ...pages.flatMap(({ name, withoutRules, ...sides }) => [
      [`${name}: a manager, no rules`, use(withoutRules), ''],
      [`  a manager beside ten rules for SUPPORT`, compared(withoutRules, sides.manager), '>= 0.95 x'],
      [`  a manager with ten rules`, compared(withoutRules, sides.maskedManager), ''],
      [`  SUPPORT with ten rules`, compared(withoutRules, sides.support), '>= 0.8 x'],
    ]),
    ['list of 25 of the dashboard set, with a key', use(session.key), ''],
    ['  in a session', compared(session.key, session.session), '>= 1 x'],
    [
      'a reading whose entry is written, and the same again',
      `${noting.newMs.toFixed(2)} and ${noting.knownMs.toFixed(2)} ms of CPU (${(noting.knownMs / noting.newMs).toFixed(3)} x)`,
      '',
    ],
  ];
}

const use = ({ perSecond, cpuMs }: Use) =>
  `${rounded(perSecond).toLocaleString('en')}/s, ${cpuMs.toFixed(2)} ms of CPU`;

const compared = (before: Use, now: Use) =>
  `${use(now)} (${(now.perSecond / before.perSecond).toFixed(3)} x in answers, ${against(before, now).toFixed(3)} x by CPU)`;
