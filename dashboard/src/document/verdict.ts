// The answer for one webhook, as a sentence that can be read out. It is made of kinds, codes and numbers, so that each language has its own.
import { isolated } from '../i18n/isolated';
import type { Times } from '../i18n/time-zone';
import type { Tone } from '../ui/state-mark';
import type { DocumentTexts } from './texts';

export type VerdictKind = keyof DocumentTexts['verdict'];

export interface VerdictFacts {
  verdict: VerdictKind;
  nextAttemptAt?: string | null;
  webhook: {
    name: string;
    status: string;
    statusReason?: string | null;
    statusChangedBy?: { name: string; fullName?: string | null } | null;
  } | null;
  delivery: {
    deliveredAt?: string | null;
    finishedAt?: string | null;
    skipReason?: string | null;
  } | null;
  lastRequest: { startedAt: string; responseStatus?: number | null } | null;
}

export const VERDICT_TONES: Record<VerdictKind, Tone> = {
  ARRIVED: 'good',
  CANCELLED: 'neutral',
  GIVEN_UP: 'bad',
  HELD: 'refused',
  NOT_SENT: 'neutral',
  ON_ITS_WAY: 'moving',
  STUCK: 'bad',
  WAITING: 'moving',
};

/** The worst first: what a person must do something about. */
const ORDER: readonly VerdictKind[] = [
  'STUCK',
  'GIVEN_UP',
  'HELD',
  'WAITING',
  'ON_ITS_WAY',
  'CANCELLED',
  'NOT_SENT',
  'ARRIVED',
];

export function worstFirst<Verdict extends { verdict: VerdictKind }>(verdicts: readonly Verdict[]): Verdict[] {
  return [...verdicts].sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict));
}

export function verdictSentence(
  facts: VerdictFacts,
  texts: DocumentTexts,
  times: Pick<Times, 'full' | 'zone'>,
): string {
  const { verdict, delivery, lastRequest, webhook } = facts;
  const name = isolated(webhook?.name ?? '?');
  const full = (time: string | null | undefined) => (time ? `${times.full(time)} (${times.zone})` : '');
  switch (verdict) {
    case 'ARRIVED': {
      const status = lastRequest?.responseStatus;
      const code = typeof status === 'number' ? texts.answered(status) : '';
      return texts.verdict.ARRIVED(name, full(delivery?.deliveredAt ?? lastRequest?.startedAt), code);
    }
    case 'GIVEN_UP':
    case 'CANCELLED':
      return texts.verdict[verdict](name, full(delivery?.finishedAt));
    case 'NOT_SENT':
      return texts.verdict.NOT_SENT(name, texts.skip[delivery?.skipReason ?? ''] ?? delivery?.skipReason ?? '?');
    case 'ON_ITS_WAY':
      return texts.verdict.ON_ITS_WAY(name, full(facts.nextAttemptAt));
    case 'HELD': {
      const by = webhook?.statusChangedBy;
      const why = texts.held[webhook?.status ?? ''] ?? texts.held.ACTIVE ?? '';
      const words = [webhook?.statusReason, by ? texts.by(isolated(by.fullName ?? by.name)) : null];
      const said = webhook?.status === 'ACTIVE' ? [] : words.filter((word) => word);
      return texts.verdict.HELD(name, said.length > 0 ? `${why} (${said.join(texts.comma)})` : why);
    }
    default:
      return texts.verdict[verdict](name);
  }
}
