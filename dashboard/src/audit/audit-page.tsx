import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { AuditDocument, type AuditQuery, OwnAuditDocument } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { paths } from '../paths';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Empty } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { StateMark } from '../ui/state-mark';
import type { Column } from '../ui/table';
import { Time } from '../ui/time';
import { AuditDetails } from './audit-details';
import { auditWhere, readAuditFilter, writeAuditFilter } from './audit-filter';
import { useAuditTexts } from './texts';

type Entry = NonNullable<AuditQuery['auditEntries']>['nodes'][number];
type OwnEntry = Omit<Entry, 'actor' | 'actorKind'>;

/** All entries for those who may read them; their own for all others. */
export default function AuditPage() {
  const texts = useAuditTexts();
  const viewer = useViewer();
  return <Page title={texts.title}>{viewer.may('Query.auditEntries') ? <All /> : <Own />}</Page>;
}

function All() {
  const texts = useAuditTexts();
  const [search, setSearch] = useSearchParams();
  const filter = readAuditFilter(search);
  const [shown, setShown] = useState<string | null>(null);
  const pages = useApiPages(AuditDocument, { where: auditWhere(filter) }, ({ auditEntries }) => auditEntries);
  const columns: Column<Entry>[] = [
    ...shared(texts).slice(0, 1),
    {
      header: texts.who,
      cell: ({ actor }) =>
        actor ? <bdi>{actor.fullName ?? actor.name}</bdi> : <span className="faint">{texts.program}</span>,
    },
    ...shared(texts).slice(1),
    {
      header: '',
      cell: ({ id }) => (
        <Button kind="plain" onPress={() => setShown(id)}>
          {texts.open}
        </Button>
      ),
    },
  ];
  return (
    <>
      <Filters key={search.toString()} initial={filter} onApply={(next) => setSearch(writeAuditFilter(next))} />
      <PagedTable
        label={texts.title}
        pages={pages}
        columns={columns}
        keyOf={({ id }) => id}
        empty={
          search.size === 0 ? (
            <Empty title={texts.none} />
          ) : (
            <Empty title={texts.noneOfFilter}>
              <Button onPress={() => setSearch({})}>{texts.clear}</Button>
            </Empty>
          )
        }
      />
      <Dialog title={texts.details} isOpen={shown !== null} onClose={() => setShown(null)} wide>
        {shown === null ? null : <AuditDetails id={shown} />}
      </Dialog>
    </>
  );
}

function Own() {
  const texts = useAuditTexts();
  const pages = useApiPages(OwnAuditDocument, { where: null }, ({ myAuditEntries }) => myAuditEntries);
  return (
    <>
      <p>{texts.ownText}</p>
      <PagedTable
        label={texts.own}
        pages={pages}
        columns={shared(texts)}
        keyOf={({ id }) => id}
        empty={<Empty title={texts.none} />}
      />
    </>
  );
}

function shared(texts: ReturnType<typeof useAuditTexts>): Column<OwnEntry>[] {
  return [
    { header: texts.time, cell: ({ createdAt }) => <Time at={createdAt} /> },
    { header: texts.act, cell: ({ action }) => <Ltr className="mono">{action}</Ltr> },
    {
      header: texts.subject,
      cell: ({ subjectType, subjectId }) =>
        subjectId ? <Subject type={subjectType ?? ''} id={subjectId} /> : <Ltr>{subjectType}</Ltr>,
    },
    { header: texts.reason, cell: ({ reason }) => <bdi>{reason}</bdi> },
    {
      header: texts.outcome,
      cell: ({ outcome }) => (
        <StateMark tone={outcome === 'DONE' ? 'good' : 'refused'}>{texts.outcomes[outcome]}</StateMark>
      ),
    },
  ];
}

/** A link to what an entry is about, where there is a page for it. */
function Subject({ type, id }: { type: string; id: string }) {
  const text = (
    <Ltr className="mono">
      {type} …{id.slice(-8)}
    </Ltr>
  );
  if (id.startsWith('whk_')) return <Link href={paths.webhook(id)}>{text}</Link>;
  if (id.startsWith('req_')) return <Link href={paths.request(id)}>{text}</Link>;
  return <span title={id}>{text}</span>;
}

interface FiltersProps {
  initial: ReturnType<typeof readAuditFilter>;
  onApply(filter: ReturnType<typeof readAuditFilter>): void;
}

function Filters({ initial, onApply }: FiltersProps) {
  const texts = useAuditTexts();
  const [filter, setFilter] = useState(initial);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onApply(filter);
  };
  const field = (name: keyof typeof filter) => ({
    value: filter[name],
    onChange: (value: string) => setFilter({ ...filter, [name]: value }),
  });
  return (
    <form className="filters" role="search" onSubmit={submit}>
      <TextField label={texts.filterActor} {...field('actor')} />
      <TextField label={texts.filterAction} {...field('action')} placeholder="webhook." ltr />
      <TextField label={texts.filterSubject} {...field('subject')} placeholder="whk_..." ltr />
      <TextField label={texts.filterSeen} hint={texts.seenHint} {...field('seen')} />
      <Button type="submit">{texts.apply}</Button>
      <Button kind="plain" onPress={() => onApply({ actor: '', action: '', subject: '', seen: '' })}>
        {texts.clear}
      </Button>
    </form>
  );
}
