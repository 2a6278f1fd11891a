// The preview of a draft, asked for when the person has stopped typing.
import { useEffect, useState } from 'react';
import {
  PreviewDraftDocument,
  type PreviewDraftMutation,
  type PreviewWebhookInput,
  type WebhookDraftInput,
} from '../../api/generated/documents';
import { useApi } from '../../api/use-api';

const REST_MS = 500;

type Preview = NonNullable<NonNullable<PreviewDraftMutation['previewWebhook']>['preview']>;

export interface DraftPreview {
  preview: Preview | null;
  /** Something was typed that the preview does not know yet. */
  isBehind: boolean;
  query: ReturnType<typeof useApi<PreviewDraftMutation, unknown>>;
  /** The event whose request is shown; null: none was chosen, because reading content is recorded. */
  eventId: string | null;
  setEventId(id: string): void;
  /** Whether it was asked for: something is changed, or `begin` was called. Each preview is recorded. */
  isBegun: boolean;
  begin(): void;
}

/** @param id null: a new webhook. @param mayAsk whether the roles may */
export function usePreview(id: string | null, draft: WebhookDraftInput, mayAsk: boolean): DraftPreview {
  const [chosen, setEventId] = useState<string | null>(null);
  const typed = JSON.stringify(draft);
  const [wasBegun, setBegun] = useState(false);
  const isBegun = wasBegun || Object.keys(draft).length > 0;
  useEffect(() => {
    if (isBegun) setBegun(true);
  }, [isBegun]);
  const [settled, setSettled] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(typed), REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const input: PreviewWebhookInput = {
    id,
    draft: JSON.parse(settled) as WebhookDraftInput,
    sample: chosen === null ? null : { eventId: chosen },
  };
  const query = useApi(
    PreviewDraftDocument,
    { input },
    { enabled: mayAsk && isBegun, freshMs: Number.POSITIVE_INFINITY, keepPrevious: true },
  );
  const preview = query.data?.data.previewWebhook?.preview ?? null;
  const isBehind = typed !== settled || query.isPlaceholderData || query.isFetching;
  return { preview, isBehind, query, eventId: chosen, setEventId, isBegun, begin: () => setBegun(true) };
}
