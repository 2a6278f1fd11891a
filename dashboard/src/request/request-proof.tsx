import { useState } from 'react';
import { RequestProofDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { Shown } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Ltr } from '../ui/ltr';
import type { RequestFactsOf } from './request-facts';
import { useRequestTexts } from './texts';

export function RequestProof({ of: request }: { of: RequestFactsOf }) {
  const texts = useRequestTexts();
  const times = useTimes();
  const [isOpen, setOpen] = useState(false);
  const { evidence } = request;
  if (!evidence) return <p>{texts.notSealedYet}</p>;
  const isSealed = typeof evidence.leafIndex === 'number' || typeof evidence.leafIndex === 'string';
  return (
    <div className="stack">
      <p>
        {isSealed && evidence.sealedAt
          ? texts.sealed(times.full(evidence.sealedAt), String(evidence.leafIndex))
          : texts.notSealedYet}{' '}
        {evidence.status === 'ERASED' ? texts.erased(evidence.erasedAt ? times.full(evidence.erasedAt) : null) : null}
      </p>
      <p className="faint">
        {texts.evidenceStatus('')} <Ltr className="mono">{evidence.status}</Ltr>
      </p>
      {evidence.leafHash ? <Ltr className="mono">{evidence.leafHash}</Ltr> : null}
      {isSealed && !isOpen ? (
        <p>
          <Button asks onPress={() => setOpen(true)}>
            {texts.openProof}
          </Button>
        </p>
      ) : null}
      {isOpen ? <ProofText id={request.id} /> : null}
    </div>
  );
}

function ProofText({ id }: { id: string }) {
  const texts = useRequestTexts();
  const query = useApi(RequestProofDocument, { id });
  return (
    <Shown of={query}>
      {({ webhookRequestLog: row }) => {
        const proof = row?.evidence?.proof;
        if (!proof) return <p>{texts.notSealedYet}</p>;
        return (
          <>
            <pre className="body-lines" data-short dir="ltr">
              {proof}
            </pre>
            <p className="row">
              <CopyButton text={proof} label={texts.saveProof} />
              <LinkButton to={paths.evidence()}>{texts.checkProof}</LinkButton>
            </p>
          </>
        );
      }}
    </Shown>
  );
}
