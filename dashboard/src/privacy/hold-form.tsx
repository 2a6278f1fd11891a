import { useState } from 'react';
import { PlaceLegalHoldDocument } from '../api/generated/documents';
import { ActDialog } from '../ui/act-dialog';
import { TextField } from '../ui/field';
import { PersonField } from './person-field';
import { usePrivacyTexts } from './texts';
import { WebhookField } from './webhook-field';

export function HoldForm({ onClose }: { onClose(): void }) {
  const texts = usePrivacyTexts();
  const [name, setName] = useState('');
  const [documentType, setDocumentType] = useState('');
  const [referenceDocument, setDocument] = useState('');
  const [webhookId, setWebhookId] = useState('');
  const [userId, setUserId] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const criteria = {
    documentType: documentType.trim() || null,
    referenceDocument: referenceDocument.trim() || null,
    webhookId: webhookId || null,
    userId: userId || null,
    from: timeOf(from),
    to: timeOf(to),
  };
  const hasCriterion = Object.values(criteria).some((value) => value !== null);
  return (
    <ActDialog
      title={texts.place}
      submit={texts.place}
      isOpen
      onClose={onClose}
      document={PlaceLegalHoldDocument}
      reason="required"
      isReady={name.trim() !== '' && hasCriterion}
      variables={(reason) => ({ input: { name: name.trim(), reason: reason ?? '', ...criteria } })}
      userErrors={(data) => data.placeLegalHold?.userErrors}
    >
      <p>{texts.placeText}</p>
      <TextField label={texts.holdName} hint={texts.holdNameHint} value={name} onChange={setName} required />
      <TextField
        label={texts.documentType}
        value={documentType}
        onChange={setDocumentType}
        placeholder="Sales Invoice"
      />
      <TextField label={texts.document} value={referenceDocument} onChange={setDocument} placeholder="INV-0042" />
      <WebhookField value={webhookId} onChange={setWebhookId} />
      <PersonField value={userId} onChange={setUserId} />
      <TextField label={texts.from} value={from} onChange={setFrom} type="datetime-local" ltr />
      <TextField label={texts.until} value={to} onChange={setTo} type="datetime-local" ltr />
    </ActDialog>
  );
}

/** What was typed in a field of time, which is in the zone of the browser. */
function timeOf(typed: string): string | null {
  return typed === '' ? null : new Date(typed).toISOString();
}
