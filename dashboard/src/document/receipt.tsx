import { useTimes } from '../i18n/time-zone';
import { Facts } from '../ui/facts';
import { Ltr } from '../ui/ltr';
import type { KnownDocument } from './document-page';
import { useDocumentTexts } from './texts';
import { verdictSentence, worstFirst } from './verdict';

const HIJRI = 'en-u-ca-islamic-umalqura-nu-latn';

/** One page to show to somebody outside. It is on the page only when it is printed. */
export function Receipt({ known, documentType, name }: { known: KnownDocument; documentType: string; name: string }) {
  const texts = useDocumentTexts();
  const times = useTimes();
  const hijri = new Intl.DateTimeFormat(HIJRI, { dateStyle: 'medium', timeZone: times.zone });
  return (
    <section className="receipt stack">
      <h2>{texts.receiptTitle}</h2>
      <p>
        <bdi>{documentType}</bdi> <bdi>{name}</bdi>
      </p>
      {worstFirst(known.verdicts ?? []).map((verdict) => {
        const request = verdict.lastRequest;
        return (
          <div key={verdict.webhook?.id} className="card stack">
            <strong>
              <bdi>{verdictSentence(verdict, texts, times)}</bdi>
            </strong>
            {request ? (
              <Facts
                of={{
                  [`${texts.receiptLocal} (${times.zone})`]: `${times.full(request.startedAt)} / ${hijri.format(new Date(request.startedAt))}`,
                  [texts.receiptUtc]: times.utc(request.startedAt),
                  [texts.request]: <Ltr className="mono">{request.id}</Ltr>,
                  [texts.leaf]: request.evidence?.leafHash ? (
                    <Ltr className="mono">{request.evidence.leafHash}</Ltr>
                  ) : null,
                  [texts.leafIndex]:
                    request.evidence?.leafIndex === null ? null : String(request.evidence?.leafIndex ?? ''),
                }}
              />
            ) : null}
          </div>
        );
      })}
      <p>{texts.receiptNote}</p>
    </section>
  );
}
