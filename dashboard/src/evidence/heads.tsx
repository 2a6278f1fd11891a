import { EvidenceHeadsDocument } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { formatCount } from '../i18n/plural';
import { CopyButton } from '../ui/copy-button';
import { PagedTable } from '../ui/paged-table';
import { Time } from '../ui/time';
import { useEvidenceTexts } from './texts';

/** Heads that were signed before: an auditor compares them with those that they kept. */
export function Heads() {
  const texts = useEvidenceTexts();
  const pages = useApiPages(EvidenceHeadsDocument, {}, ({ evidenceHeads }) => evidenceHeads);
  return (
    <PagedTable
      label={texts.heads}
      pages={pages}
      keyOf={({ checkpoint }) => checkpoint}
      empty={<p className="faint">{texts.nothing}</p>}
      columns={[
        { header: texts.signed, cell: ({ signedAt }) => <Time at={signedAt} /> },
        { header: texts.size, number: true, cell: ({ treeSize }) => formatCount(treeSize) },
        { header: '', cell: ({ checkpoint }) => <CopyButton text={checkpoint} label={texts.copyHead} /> },
      ]}
    />
  );
}
