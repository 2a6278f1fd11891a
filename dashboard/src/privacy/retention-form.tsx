import { useState } from 'react';
import { SetRetentionDocument } from '../api/generated/documents';
import { ActDialog } from '../ui/act-dialog';
import { TextField } from '../ui/field';
import type { Limit } from './retention';
import { usePrivacyTexts } from './texts';
import { WebhookField } from './webhook-field';

/** @param limit the one to change; null: a new one */
export function RetentionForm({ limit, onClose }: { limit: Limit | null; onClose(): void }) {
  const texts = usePrivacyTexts();
  const [webhookId, setWebhookId] = useState(limit?.webhook?.id ?? '');
  const [contentDays, setContentDays] = useState(typed(limit?.contentDays));
  const [rowMonths, setRowMonths] = useState(typed(limit?.rowMonths));
  const [minimumDays, setMinimumDays] = useState(typed(limit?.minimumDays));
  const [minimumReason, setMinimumReason] = useState(limit?.minimumReason ?? '');
  const ofAll = webhookId === '';
  return (
    <ActDialog
      title={limit ? texts.change : texts.setLimit}
      submit={texts.save}
      isOpen
      onClose={onClose}
      document={SetRetentionDocument}
      reason="required"
      variables={(reason) => ({
        input: {
          webhookId: webhookId || null,
          contentDays: numberOf(contentDays),
          rowMonths: ofAll ? numberOf(rowMonths) : null,
          minimumDays: numberOf(minimumDays),
          minimumReason: minimumReason.trim() || null,
          reason: reason ?? '',
        },
      })}
      userErrors={(data) => data.setRetention?.userErrors}
    >
      <p>{texts.setLimitText}</p>
      {limit ? null : <WebhookField value={webhookId} onChange={setWebhookId} />}
      {limit ? <p>{limit.webhook ? <bdi>{limit.webhook.name}</bdi> : texts.limitOfAll}</p> : null}
      <TextField label={texts.contentDays} value={contentDays} onChange={setContentDays} type="number" ltr />
      {ofAll ? <TextField label={texts.rowMonths} value={rowMonths} onChange={setRowMonths} type="number" ltr /> : null}
      <TextField label={texts.minimumDays} value={minimumDays} onChange={setMinimumDays} type="number" ltr />
      <TextField label={texts.minimumReason} value={minimumReason} onChange={setMinimumReason} />
    </ActDialog>
  );
}

function typed(value: number | null | undefined): string {
  return value == null ? '' : String(value);
}

function numberOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}
