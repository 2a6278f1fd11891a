import type { ReactNode } from 'react';
import { textsOf } from '../i18n/language';

export type Tone = 'good' | 'bad' | 'moving' | 'unknown' | 'refused' | 'neutral';

const SHAPES: Record<Tone, ReactNode> = {
  good: <path d="m3 8.5 3.5 3.5L13 4.5" />,
  bad: <path d="m4 4 8 8m0-8-8 8" />,
  moving: <path d="M8 1.8a6.2 6.2 0 1 0 .01 0M8 4.5V8l2.5 1.8" />,
  unknown: <path d="M5.5 6A2.6 2.6 0 1 1 9 8.3c-.7.4-1 .8-1 1.7m0 3v.2" />,
  refused: <path d="M8 1.5 2.8 3.4v4c0 3.3 2 5.8 5.2 7.1 3.2-1.3 5.2-3.8 5.2-7.1v-4zM6 6l4 4m0-4-4 4" />,
  neutral: <path d="M8 1.8a6.2 6.2 0 1 0 .01 0M3.7 3.8l8.6 8.5" />,
};

/** A state as shape, word and colour. */
export function StateMark({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className="state" data-tone={tone}>
      <svg
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.8"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {SHAPES[tone]}
      </svg>
      <span>{children}</span>
    </span>
  );
}

export type RequestStatus = 'PENDING' | 'SUCCEEDED' | 'FAILED' | 'UNKNOWN' | 'REFUSED';
export type DeliveryStatus = 'PENDING' | 'RETRYING' | 'DELIVERED' | 'EXHAUSTED' | 'SKIPPED' | 'CANCELLED';
export type WebhookStatus = 'ACTIVE' | 'PAUSED' | 'DISABLED' | 'ARCHIVED';

export const REQUEST_TONES: Record<RequestStatus, Tone> = {
  PENDING: 'moving',
  SUCCEEDED: 'good',
  FAILED: 'bad',
  UNKNOWN: 'unknown',
  REFUSED: 'refused',
};

export const DELIVERY_TONES: Record<DeliveryStatus, Tone> = {
  PENDING: 'moving',
  RETRYING: 'moving',
  DELIVERED: 'good',
  EXHAUSTED: 'bad',
  SKIPPED: 'neutral',
  CANCELLED: 'neutral',
};

export const WEBHOOK_TONES: Record<WebhookStatus, Tone> = {
  ACTIVE: 'good',
  PAUSED: 'neutral',
  DISABLED: 'bad',
  ARCHIVED: 'neutral',
};

const en = {
  request: {
    PENDING: 'In flight',
    SUCCEEDED: 'Delivered',
    FAILED: 'Failed',
    UNKNOWN: 'Outcome unknown',
    REFUSED: 'Refused',
  } satisfies Record<RequestStatus, string>,
  accepted: 'Accepted',
  failing: 'Failing',
  delivery: {
    PENDING: 'Waiting',
    RETRYING: 'Retrying',
    DELIVERED: 'Delivered',
    EXHAUSTED: 'Given up',
    SKIPPED: 'Not sent',
    CANCELLED: 'Cancelled',
  } satisfies Record<DeliveryStatus, string>,
  webhook: {
    ACTIVE: 'Active',
    PAUSED: 'Paused',
    DISABLED: 'Disabled',
    ARCHIVED: 'Archived',
  } satisfies Record<WebhookStatus, string>,
};

const ar: typeof en = {
  request: {
    PENDING: 'قيد الإرسال',
    SUCCEEDED: 'تم التسليم',
    FAILED: 'فشل',
    UNKNOWN: 'النتيجة غير معروفة',
    REFUSED: 'مرفوض',
  },
  accepted: 'مقبول',
  failing: 'يفشل',
  delivery: {
    PENDING: 'بالانتظار',
    RETRYING: 'تُعاد المحاولة',
    DELIVERED: 'تم التسليم',
    EXHAUSTED: 'تُركت المحاولة',
    SKIPPED: 'لم يُرسل',
    CANCELLED: 'أُلغي',
  },
  webhook: { ACTIVE: 'نشط', PAUSED: 'موقوف مؤقتًا', DISABLED: 'معطّل', ARCHIVED: 'مؤرشف' },
};

/** The words of the states. */
export const useStateWords = textsOf(en, ar);

export function RequestState({ status, direction }: { status: RequestStatus; direction: 'OUTGOING' | 'INCOMING' }) {
  const words = useStateWords();
  const word = status === 'SUCCEEDED' && direction === 'INCOMING' ? words.accepted : words.request[status];
  return <StateMark tone={REQUEST_TONES[status]}>{word}</StateMark>;
}

export function DeliveryState({ status }: { status: DeliveryStatus }) {
  return <StateMark tone={DELIVERY_TONES[status]}>{useStateWords().delivery[status]}</StateMark>;
}

/** @param circuit a webhook that is active and gets no success is not well */
export function WebhookState({ status, circuit }: { status: WebhookStatus; circuit?: { state: string } | null }) {
  const words = useStateWords();
  const isFailing = status === 'ACTIVE' && circuit !== null && circuit !== undefined && circuit.state !== 'CLOSED';
  return (
    <StateMark tone={isFailing ? 'bad' : WEBHOOK_TONES[status]}>
      {isFailing ? words.failing : words.webhook[status]}
    </StateMark>
  );
}
