import { useState } from 'react';
import { ExportsDocument, OrderExportDocument } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { Page } from '../shell/page';
import { ActDialog } from '../ui/act-dialog';
import { Empty } from '../ui/answer';
import { Button } from '../ui/button';
import { CheckField, SelectField, TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { Time } from '../ui/time';
import { useExportTexts } from './texts';

const REFRESH_MS = 10_000;

export default function ExportsPage() {
  const texts = useExportTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const pages = useApiPages(ExportsDocument, {}, ({ exports }) => exports, { refreshMs: REFRESH_MS });
  return (
    <Page
      title={texts.title}
      actions={
        viewer.may('Mutation.exportWebhookRequestLogs') ? (
          <Button kind="primary" onPress={() => setOpen(true)}>
            {texts.create}
          </Button>
        ) : null
      }
    >
      <PagedTable
        label={texts.title}
        pages={pages}
        keyOf={({ id }) => id}
        empty={
          <Empty title={texts.none}>
            <p>{texts.noneText}</p>
          </Empty>
        }
        columns={[
          { header: texts.ordered, cell: ({ createdAt }) => <Time at={createdAt} /> },
          { header: texts.kind, cell: ({ kind }) => <Ltr className="mono">{kind}</Ltr> },
          { header: texts.format, cell: ({ format }) => <Ltr className="mono">{format}</Ltr> },
          { header: texts.by, cell: ({ orderedBy }) => <bdi>{orderedBy?.fullName ?? orderedBy?.name}</bdi> },
          { header: texts.sent, cell: ({ rowsSent, downloads }) => texts.rows(rowsSent, downloads) },
          { header: texts.valid, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          {
            header: '',
            cell: ({ url, expiresAt }) =>
              Date.parse(expiresAt) > Date.now() ? (
                <a className="button" href={pathOf(url)} download>
                  {texts.download}
                </a>
              ) : (
                <span className="faint">{texts.expired}</span>
              ),
          },
        ]}
      />
      {isOpen ? <OrderExport onClose={() => setOpen(false)} /> : null}
    </Page>
  );
}

/** The file is downloaded from where the page is, whatever name the server has elsewhere. */
function pathOf(url: string): string {
  return new URL(url, window.location.href).pathname;
}

type Format = 'CSV' | 'NDJSON';
type Range = '24h' | '7d' | '30d' | 'all';
const HOURS: Record<Range, number | null> = { '24h': 24, '7d': 168, '30d': 720, all: null };

function OrderExport({ onClose }: { onClose(): void }) {
  const texts = useExportTexts();
  const [document, setDocument] = useState('');
  const [range, setRange] = useState<Range>('24h');
  const [format, setFormat] = useState<Format>('CSV');
  const [includeContent, setContent] = useState(false);
  const [byteOrderMark, setMark] = useState(true);
  const where = () => {
    const hours = HOURS[range];
    return {
      ...(document.trim() === '' ? {} : { referenceDocument: { eq: document.trim() } }),
      ...(hours === null ? {} : { startedAt: { gte: new Date(Date.now() - hours * 3_600_000).toISOString() } }),
    };
  };
  return (
    <ActDialog
      title={texts.create}
      submit={texts.order}
      isOpen
      onClose={onClose}
      document={OrderExportDocument}
      variables={() => ({
        input: { where: where(), format, includeContent, byteOrderMark: format === 'CSV' && byteOrderMark },
      })}
      userErrors={(data) => data.exportWebhookRequestLogs?.userErrors}
    >
      <p>{texts.createText}</p>
      <TextField label={texts.document} value={document} onChange={setDocument} />
      <SelectField<Range>
        label={texts.range}
        value={range}
        options={(Object.keys(HOURS) as Range[]).map((value) => ({ value, label: texts.ranges[value] }))}
        onChange={setRange}
      />
      <SelectField<Format>
        label={texts.format}
        value={format}
        options={(['CSV', 'NDJSON'] as const).map((value) => ({ value, label: texts.formats[value] }))}
        onChange={setFormat}
      />
      <CheckField label={texts.content} checked={includeContent} onChange={setContent} />
      {format === 'CSV' ? <CheckField label={texts.bom} checked={byteOrderMark} onChange={setMark} /> : null}
    </ActDialog>
  );
}
