import { useState } from 'react';
import { Link } from 'wouter';
import { DocumentDocument, type DocumentQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { Button, LinkButton } from '../ui/button';
import { CopyButton } from '../ui/copy-button';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { useUiTexts } from '../ui/texts';
import './document.css';
import { DocumentTimeline } from './document-timeline';
import { Receipt } from './receipt';
import { useDocumentTexts } from './texts';
import { VERDICT_TONES, verdictSentence, worstFirst } from './verdict';

export type KnownDocument = NonNullable<DocumentQuery['businessDocument']>;

const REFRESH_MS = 5_000;

export default function DocumentPage() {
  const [search] = useSearchParams();
  const [documentType, name] = [search.get('type') ?? '', search.get('name') ?? ''];
  const query = useApi(DocumentDocument, { documentType, name, after: null }, { refreshMs: REFRESH_MS });
  return (
    <Page title={`${documentType} ${name}`}>
      <Shown of={query} rows={8}>
        {({ businessDocument: known }) =>
          known ? (
            <Known known={known} documentType={documentType} name={name} />
          ) : (
            <Unknown documentType={documentType} name={name} />
          )
        }
      </Shown>
    </Page>
  );
}

function Known({ known, documentType, name }: { known: KnownDocument; documentType: string; name: string }) {
  const texts = useDocumentTexts();
  const times = useTimes();
  const [asked] = useState(() => new Date().toISOString());
  const verdicts = worstFirst(known.verdicts ?? []);
  const sentences = verdicts.map((verdict) => verdictSentence(verdict, texts, times));
  const wasPublished = (known.timeline?.nodes ?? []).some(({ kind }) => kind === 'EVENT_PUBLISHED');
  return (
    <>
      <div className="stack no-print">
        <div className="row">
          <CopyButton text={[`${documentType} ${name}`, ...sentences].join('\n')} label={texts.copyAnswer} />
          <Button onPress={() => window.print()}>{texts.receipt}</Button>
          <LinkButton to={paths.log({ range: 'all', document: name })}>{texts.log}</LinkButton>
        </div>
        <ul className="verdicts">
          {verdicts.map((verdict, index) => (
            <li key={verdict.webhook?.id ?? index} data-tone={VERDICT_TONES[verdict.verdict]}>
              <StateMark tone={VERDICT_TONES[verdict.verdict]}>{''}</StateMark>
              <span>{sentences[index]}</span>
              <span className="under row">
                {verdict.lastRequest ? <Link href={paths.request(verdict.lastRequest.id)}>{texts.request}</Link> : null}
                {verdict.webhook ? (
                  <Link href={paths.webhook(verdict.webhook.id)}>
                    <bdi>{verdict.webhook.name}</bdi>
                  </Link>
                ) : null}
                <details>
                  <summary>{texts.exactWords}</summary>
                  <Ltr>
                    {verdict.sentence} {verdict.delivery?.skipMessage ?? ''}
                  </Ltr>
                </details>
              </span>
            </li>
          ))}
        </ul>
        {known.verdicts && verdicts.length === 0 && wasPublished ? <p className="note">{texts.nobody}</p> : null}
        <p className="faint">{texts.checked(times.full(asked))}</p>
        <h2>{texts.timeline}</h2>
        <DocumentTimeline first={known.timeline} documentType={documentType} name={name} />
      </div>
      <Receipt known={known} documentType={documentType} name={name} />
    </>
  );
}

function Unknown({ documentType, name }: { documentType: string; name: string }) {
  const texts = useDocumentTexts();
  const ui = useUiTexts();
  const times = useTimes();
  const { about } = useViewer();
  return (
    <Empty title={texts.never}>
      <p>
        <bdi>{texts.neverText(documentType, name)}</bdi>
      </p>
      <p>{about.oldestRequestAt ? texts.since(times.full(about.oldestRequestAt)) : ui.none}</p>
      <p>
        <LinkButton to={`${paths.home()}?${new URLSearchParams({ q: name })}`}>{texts.seek}</LinkButton>
      </p>
    </Empty>
  );
}
