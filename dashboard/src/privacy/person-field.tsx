import { useState } from 'react';
import { FindPersonsDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { SelectField, TextField } from '../ui/field';
import { usePrivacyTexts } from './texts';

/** Finds a user by the beginning of a name or an address. `value` is their id; '' is nobody. */
export function PersonField({ value, onChange }: { value: string; onChange(id: string): void }) {
  const texts = usePrivacyTexts();
  const [begin, setBegin] = useState('');
  const asked = begin.trim();
  const query = useApi(FindPersonsDocument, { begin: asked }, { enabled: asked.length > 1, keepPrevious: true });
  const persons = asked.length > 1 ? (query.data?.data.users?.nodes ?? []) : [];
  const change = (text: string) => {
    setBegin(text);
    onChange('');
  };
  const nobody = asked.length > 1 && query.isSuccess && !query.isFetching && persons.length === 0;
  return (
    <>
      <TextField
        label={texts.findPerson}
        hint={nobody ? texts.noPerson : null}
        value={begin}
        onChange={change}
        type="search"
        autoComplete="off"
      />
      {persons.length > 0 ? (
        <SelectField
          label={texts.person}
          value={value}
          options={[
            { value: '', label: texts.choose },
            ...persons.map(({ id, name, fullName }) => ({
              value: id,
              label: fullName ? `${fullName} (${name})` : name,
            })),
          ]}
          onChange={onChange}
        />
      ) : null}
    </>
  );
}
