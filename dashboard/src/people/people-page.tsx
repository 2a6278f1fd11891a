import { useState } from 'react';
import { PeopleDocument, type PeopleQuery } from '../api/generated/documents';
import { useApiPages } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { Page } from '../shell/page';
import { Empty } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { SelectField, TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { PagedTable } from '../ui/paged-table';
import { StateMark } from '../ui/state-mark';
import { PersonAccess } from './person-access';
import { PersonForm } from './person-form';
import { usePeopleTexts } from './texts';

export type Person = NonNullable<PeopleQuery['users']>['nodes'][number];

type Which = 'withRole' | 'everyone';

export default function PeoplePage() {
  const texts = usePeopleTexts();
  const viewer = useViewer();
  const [which, setWhich] = useState<Which>('withRole');
  const [begin, setBegin] = useState('');
  const [edited, setEdited] = useState<Person | 'new' | null>(null);
  const [shown, setShown] = useState<Person | null>(null);
  const where = {
    ...(begin.trim() === '' ? {} : { name: { startsWith: begin.trim() } }),
    ...(which === 'withRole' ? { roles: { isEmpty: false } } : {}),
  };
  const pages = useApiPages(PeopleDocument, { where }, ({ users }) => users);
  const mayChange = viewer.may('Mutation.updateUser');
  return (
    <Page
      title={texts.title}
      actions={
        viewer.may('Mutation.createUser') ? (
          <Button kind="primary" onPress={() => setEdited('new')}>
            {texts.create}
          </Button>
        ) : null
      }
    >
      <div className="filters">
        <TextField label={texts.find} value={begin} onChange={setBegin} type="search" />
        <SelectField<Which>
          label={texts.roles}
          value={which}
          options={[
            { value: 'withRole', label: texts.withRole },
            { value: 'everyone', label: texts.everyone },
          ]}
          onChange={setWhich}
        />
      </div>
      <PagedTable
        label={texts.title}
        pages={pages}
        keyOf={({ id }) => id}
        empty={
          <Empty title={texts.none}>
            {begin.trim() === '' && which === 'everyone' ? null : (
              <Button
                onPress={() => {
                  setBegin('');
                  setWhich('everyone');
                }}
              >
                {texts.clear}
              </Button>
            )}
          </Empty>
        }
        columns={[
          {
            header: texts.name,
            cell: ({ name, fullName }) => (
              <>
                <bdi>{fullName ?? name}</bdi> {fullName ? <bdi className="faint">{name}</bdi> : null}
              </>
            ),
          },
          { header: texts.email, cell: ({ email }) => (email ? <Ltr>{email}</Ltr> : null) },
          {
            header: texts.roles,
            cell: ({ roles, rolesMapped }) => (
              <>
                {roles.map((role) => (
                  <div key={role} title={texts.meaning[role]}>
                    <Ltr className="mono">{role}</Ltr>
                  </div>
                ))}
                {rolesMapped ? <span className="faint">{texts.mapped}</span> : null}
              </>
            ),
          },
          {
            header: texts.state,
            cell: ({ active }) => (
              <StateMark tone={active ? 'good' : 'neutral'}>{active ? texts.active : texts.inactive}</StateMark>
            ),
          },
          {
            header: '',
            cell: (person) => (
              <span className="row">
                {viewer.may('Query.apiKeys') ? (
                  <Button kind="plain" onPress={() => setShown(person)}>
                    {texts.access}
                  </Button>
                ) : null}
                {mayChange ? (
                  <Button kind="plain" onPress={() => setEdited(person)}>
                    {texts.change}
                  </Button>
                ) : null}
              </span>
            ),
          },
        ]}
      />
      {edited === null ? null : (
        <PersonForm person={edited === 'new' ? null : edited} onClose={() => setEdited(null)} />
      )}
      <Dialog
        title={`${texts.access}: ${shown?.fullName ?? shown?.name ?? ''}`}
        isOpen={shown !== null}
        onClose={() => setShown(null)}
        wide
      >
        {shown ? <PersonAccess person={shown} /> : null}
      </Dialog>
    </Page>
  );
}
