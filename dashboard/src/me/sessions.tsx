import { useState } from 'react';
import { MySessionsDocument, RevokeSessionDocument } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { Time } from '../ui/time';
import { useMeTexts } from './texts';

export function Sessions() {
  const texts = useMeTexts();
  const [ended, setEnded] = useState<string | null>(null);
  const pages = useApiPages(MySessionsDocument, {}, ({ mySessions }) => mySessions);
  return (
    <section className="card stack">
      <h2>{texts.sessions}</h2>
      <PagedTable
        label={texts.sessions}
        pages={pages}
        keyOf={({ id }) => id}
        empty={<p className="faint">{texts.none}</p>}
        columns={[
          {
            header: texts.method,
            cell: ({ method, current }) => (
              <>
                <Ltr className="mono">{method}</Ltr> {current ? <strong>{texts.current}</strong> : null}
              </>
            ),
          },
          { header: texts.began, cell: ({ createdAt }) => <Time at={createdAt} /> },
          { header: texts.used, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} as="ago" /> },
          { header: texts.ends, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          { header: texts.address, cell: ({ remoteAddress }) => <Ltr>{remoteAddress}</Ltr> },
          { header: texts.browser, cell: ({ userAgent }) => <Ltr>{userAgent}</Ltr> },
          {
            header: '',
            cell: ({ id, current }) =>
              current ? null : (
                <Button kind="danger" onPress={() => setEnded(id)}>
                  {texts.end}
                </Button>
              ),
          },
        ]}
      />
      <ActDialog
        title={texts.end}
        submit={texts.end}
        kind="danger"
        isOpen={ended !== null}
        onClose={() => setEnded(null)}
        document={RevokeSessionDocument}
        variables={() => ({ input: { id: ended ?? '' } })}
        userErrors={(data) => data.revokeSession?.userErrors}
      >
        <p>{texts.endText}</p>
      </ActDialog>
    </section>
  );
}
