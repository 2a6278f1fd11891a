import { useState } from 'react';
import { CreateUserDocument, UpdateUserDocument } from '../api/generated/documents';
import type { Role } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { CheckField, TextField } from '../ui/field';
import type { Person } from './people-page';
import { usePeopleTexts } from './texts';

const ROLES: readonly Role[] = ['SYSTEM_MANAGER', 'INTEGRATION_MANAGER', 'SUPPORT', 'AUDITOR', 'PUBLISHER'];

interface Fields {
  name: string;
  fullName: string;
  email: string;
  roles: readonly Role[];
  active: boolean;
}

/** @param person null: a new one */
export function PersonForm({ person, onClose }: { person: Person | null; onClose(): void }) {
  const texts = usePeopleTexts();
  const [fields, setFields] = useState<Fields>(() => ({
    name: person?.name ?? '',
    fullName: person?.fullName ?? '',
    email: person?.email ?? '',
    roles: person?.roles ?? ['SUPPORT'],
    active: person?.active ?? true,
  }));
  const { name, fullName, email, roles, active } = fields;
  const shared = { fullName: fullName.trim() || null, email: email.trim() || null };
  const inputs = <PersonFields fields={fields} isNew={person === null} setFields={setFields} />;
  if (person === null) {
    return (
      <ActDialog
        title={texts.create}
        submit={texts.save}
        isOpen
        onClose={onClose}
        document={CreateUserDocument}
        variables={() => ({ input: { name: name.trim(), roles: [...roles], ...shared } })}
        userErrors={(data) => data.createUser?.userErrors}
      >
        {inputs}
      </ActDialog>
    );
  }
  // roles that the identity provider gives are not sent
  const changed = person.rolesMapped ? {} : { roles: [...roles] };
  return (
    <ActDialog
      title={`${texts.change}: ${person.name}`}
      submit={texts.save}
      isOpen
      onClose={onClose}
      document={UpdateUserDocument}
      variables={() => ({ input: { id: person.id, active, ...shared, ...changed } })}
      userErrors={(data) => data.updateUser?.userErrors}
    >
      {inputs}
    </ActDialog>
  );
}

interface FieldsProps {
  fields: Fields;
  isNew: boolean;
  setFields(fields: Fields): void;
}

function PersonFields({ fields, isNew, setFields }: FieldsProps) {
  const texts = usePeopleTexts();
  const { roles } = fields;
  const set = (part: Partial<Fields>) => setFields({ ...fields, ...part });
  return (
    <>
      {isNew ? <TextField label={texts.name} value={fields.name} onChange={(name) => set({ name })} required /> : null}
      <TextField label={texts.fullName} value={fields.fullName} onChange={(fullName) => set({ fullName })} />
      <TextField label={texts.email} value={fields.email} onChange={(email) => set({ email })} type="email" ltr />
      <fieldset className="stack">
        <legend>{texts.roles}</legend>
        {ROLES.map((role) => (
          <CheckField
            key={role}
            label={role}
            hint={texts.meaning[role]}
            checked={roles.includes(role)}
            onChange={(checked) => set({ roles: checked ? [...roles, role] : roles.filter((each) => each !== role) })}
          />
        ))}
      </fieldset>
      {isNew ? null : (
        <CheckField label={texts.isActive} checked={fields.active} onChange={(active) => set({ active })} />
      )}
    </>
  );
}
