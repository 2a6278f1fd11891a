import { AuditEntryDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { Empty, Shown } from '../ui/answer';
import { Facts } from '../ui/facts';
import { JsonValue } from '../ui/json-value';
import { Ltr } from '../ui/ltr';
import { Time } from '../ui/time';
import { useAuditTexts } from './texts';

export function AuditDetails({ id }: { id: string }) {
  const texts = useAuditTexts();
  const query = useApi(AuditEntryDocument, { id }, { freshMs: Number.POSITIVE_INFINITY });
  return (
    <Shown of={query}>
      {({ auditEntry: entry }) =>
        entry ? (
          <>
            <Facts
              of={{
                [texts.time]: <Time at={entry.createdAt} />,
                [texts.who]: entry.actor ? <bdi>{entry.actor.fullName ?? entry.actor.name}</bdi> : texts.program,
                [texts.act]: <Ltr className="mono">{entry.action}</Ltr>,
                [texts.outcome]: texts.outcomes[entry.outcome],
                [texts.subject]: entry.subjectId ? <Ltr className="mono">{entry.subjectId}</Ltr> : null,
                [texts.reason]: entry.reason ? <bdi>{entry.reason}</bdi> : null,
                [texts.key]: entry.apiKey ? <bdi>{entry.apiKey.label}</bdi> : null,
                [texts.session]: entry.sessionId ? <Ltr className="mono">{entry.sessionId}</Ltr> : null,
                [texts.address]: entry.remoteAddress ? <Ltr>{entry.remoteAddress}</Ltr> : null,
                [texts.browser]: entry.userAgent ? <Ltr>{entry.userAgent}</Ltr> : null,
                [texts.requestId]: entry.requestId ? <Ltr className="mono">{entry.requestId}</Ltr> : null,
                [texts.evidence]: <Ltr className="mono">{entry.evidence.status}</Ltr>,
                [texts.leaf]: entry.evidence.leafHash ? <Ltr className="mono">{entry.evidence.leafHash}</Ltr> : null,
                [texts.id]: <Ltr className="mono">{entry.id}</Ltr>,
              }}
            />
            <Part title={texts.before} value={entry.before} />
            <Part title={texts.after} value={entry.after} />
            <Part title={texts.criteria} value={entry.criteria} />
            <Part title={texts.further} value={entry.details} />
          </>
        ) : (
          <Empty title={texts.none} />
        )
      }
    </Shown>
  );
}

function Part({ title, value }: { title: string; value: unknown }) {
  if (value === null || value === undefined) return null;
  return (
    <>
      <h3>{title}</h3>
      <JsonValue value={value} />
    </>
  );
}
