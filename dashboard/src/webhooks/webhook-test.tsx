import { useState } from 'react';
import { useLocation } from 'wouter';
import { EventsToTestDocument, TestWebhookDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Failed, Skeleton } from '../ui/answer';
import { SelectField } from '../ui/field';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';

interface Props {
  webhook: KnownWebhook;
  onClose(): void;
}

/** What is sent where there is no event yet. */
const MADE_UP = '';

/** One real request, of a recent event or of a document that is made up. */
export function WebhookTest({ webhook, onClose }: Props) {
  const texts = useWebhookTexts();
  const times = useTimes();
  const [, navigate] = useLocation();
  const { id, documentType, events } = webhook;
  const where = {
    ...(documentType === null ? {} : { documentType: { eq: documentType } }),
    ...(events.length > 0 ? { event: { in: events } } : {}),
  };
  const query = useApi(EventsToTestDocument, { where });
  const [chosen, setChosen] = useState<string | null>(null);
  const recent = query.data?.data.businessEvents?.nodes ?? [];
  const eventId = chosen ?? recent[0]?.id ?? MADE_UP;
  const madeUp = {
    documentType: documentType ?? 'Test',
    event: events[0] ?? 'test',
    referenceDocument: 'TEST-1',
    data: { name: 'TEST-1' },
  };
  return (
    <ActDialog
      title={texts.test}
      submit={texts.test}
      isOpen
      onClose={onClose}
      document={TestWebhookDocument}
      isReady={!query.isPending}
      variables={() => ({ input: { id, sample: eventId === MADE_UP ? { given: madeUp } : { eventId } } })}
      userErrors={(data) => data.testWebhook?.userErrors}
      done={(data) => {
        onClose();
        const delivery = data.testWebhook?.delivery;
        if (delivery) navigate(paths.delivery(delivery.id));
      }}
    >
      <p>{texts.testText}</p>
      {query.error ? <Failed error={query.error} retry={() => void query.refetch()} /> : null}
      {query.isPending ? (
        <Skeleton rows={1} />
      ) : (
        <SelectField
          label={texts.testDocument}
          value={eventId}
          options={[
            ...recent.map((event) => ({
              value: event.id,
              label: `${event.referenceDocument} · ${event.event} · ${times.full(event.createdAt)}`,
            })),
            { value: MADE_UP, label: texts.madeUp(`${madeUp.documentType} TEST-1`) },
          ]}
          onChange={setChosen}
        />
      )}
    </ActDialog>
  );
}
