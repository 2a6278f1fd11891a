import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { SearchDocument, type SearchQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { paths } from '../paths';
import { Empty, Shown } from '../ui/answer';
import { Ltr } from '../ui/ltr';
import { DeliveryState, RequestState, WebhookState } from '../ui/state-mark';
import { Time } from '../ui/time';
import { useHomeTexts } from './texts';

type Result = SearchQuery['search'][number];

export function SearchResults({ text }: { text: string }) {
  const texts = useHomeTexts();
  const query = useApi(SearchDocument, { text }, { freshMs: Number.POSITIVE_INFINITY });
  const [, navigate] = useLocation();
  const results = query.data?.data.search;
  // one document alone is what was meant
  const documents = results?.filter((result) => result.__typename === 'BusinessDocument') ?? [];
  const [only] = documents;
  const target =
    documents.length === 1 && only?.__typename === 'BusinessDocument' && only.name.toLowerCase() === text.toLowerCase()
      ? paths.document(only.documentType, only.name)
      : null;
  useEffect(() => {
    if (target !== null) navigate(target, { replace: true });
  }, [target, navigate]);
  return (
    <Shown of={query}>
      {({ search }) =>
        search.length === 0 ? (
          <Empty title={texts.nothing(text)}>
            <p>{texts.nothingText}</p>
          </Empty>
        ) : (
          <section className="card stack">
            <h2>{texts.results}</h2>
            <ul className="stack">
              {search.map((result) => (
                <li key={result.id} className="row">
                  <span className="faint">{texts.kinds[result.__typename]}</span>
                  <Found result={result} />
                </li>
              ))}
            </ul>
          </section>
        )
      }
    </Shown>
  );
}

function Found({ result }: { result: Result }) {
  switch (result.__typename) {
    case 'BusinessDocument':
      return (
        <Link href={paths.document(result.documentType, result.name)}>
          <bdi>{result.documentType}</bdi> <bdi>{result.name}</bdi>
        </Link>
      );
    case 'BusinessEvent':
      return (
        <>
          <Link href={paths.document(result.eventType, result.eventDocument)}>
            <bdi>{result.event}</bdi> <bdi>{result.eventDocument}</bdi>
          </Link>
          <Time at={result.createdAt} />
        </>
      );
    case 'Delivery':
      return (
        <>
          <Link href={paths.delivery(result.id)}>
            <bdi>{result.deliveryDocument}</bdi> <bdi>{result.webhook?.name}</bdi>
          </Link>
          <DeliveryState status={result.deliveryStatus} />
        </>
      );
    case 'Webhook':
      return (
        <>
          <Link href={paths.webhook(result.id)}>
            <bdi>{result.name}</bdi>
          </Link>
          <WebhookState status={result.webhookStatus} />
        </>
      );
    case 'User':
      return (
        <Link href={paths.audit({ actor: result.id })}>
          <bdi>{result.fullName ?? result.name}</bdi>
        </Link>
      );
    case 'AuditEntry':
      return (
        <>
          <Link href={paths.audit({ action: result.action, ...(result.subjectId && { subject: result.subjectId }) })}>
            <Ltr className="mono">{result.action}</Ltr>
          </Link>
          <Time at={result.createdAt} />
        </>
      );
    case 'WebhookRequestLog':
      return (
        <>
          <Link href={paths.request(result.id)}>
            {result.requestDocument ? <bdi>{result.requestDocument}</bdi> : <Ltr className="mono">{result.id}</Ltr>}{' '}
            <bdi>{result.webhook?.name}</bdi>
          </Link>
          <RequestState status={result.requestStatus} direction={result.direction} />
          <Time at={result.startedAt} />
        </>
      );
  }
}
