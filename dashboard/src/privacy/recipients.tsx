import type { RecipientPartsFragment } from '../api/generated/documents';
import { formatCount } from '../i18n/plural';
import { Ltr } from '../ui/ltr';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { usePrivacyTexts } from './texts';

/** The partners that have received what is erased. */
export function Recipients({ of: recipients }: { of: readonly RecipientPartsFragment[] }) {
  const texts = usePrivacyTexts();
  if (recipients.length === 0) return <p>{texts.noRecipients}</p>;
  return (
    <>
      <p>{texts.recipientsText}</p>
      <Table
        label={texts.recipients}
        rows={recipients}
        keyOf={({ webhookId, host }) => `${webhookId} ${host}`}
        columns={[
          { header: texts.webhook, cell: ({ webhookName }) => <bdi>{webhookName}</bdi> },
          { header: texts.host, cell: ({ host }) => <Ltr className="mono">{host}</Ltr> },
          { header: texts.requests, number: true, cell: ({ requestCount }) => formatCount(requestCount) },
          { header: texts.last, cell: ({ lastAt }) => <Time at={lastAt} /> },
        ]}
      />
    </>
  );
}
