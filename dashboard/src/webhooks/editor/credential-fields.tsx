import type { ReactNode } from 'react';
import type { ClientAuthentication } from '../../api/generated/documents';
import { SelectField, TextField } from '../../ui/field';
import type { Choice, Credentials } from './credentials';
import { type FormFault, faultText } from './form-faults';
import type { EditedWebhook } from './form-values';
import { useEditorTexts } from './texts';

interface Props {
  of: Credentials;
  set(part: Partial<Credentials>): void;
  faults: readonly FormFault[];
  /** null: a new webhook. */
  stored: EditedWebhook | null;
  signsFrappe: boolean;
}

type TextName = { [Name in keyof Credentials]: Credentials[Name] extends string ? Name : never }[keyof Credentials];
type ChoiceName = { [Name in keyof Credentials]: Choice extends Credentials[Name] ? Name : never }[keyof Credentials];

const AUTHENTICATIONS: readonly ClientAuthentication[] = ['BASIC', 'BODY'];

/** Values that are stored are not here: nobody reads them again. */
export function CredentialFields({ of, set, faults, stored, signsFrappe }: Props) {
  const texts = useEditorTexts();
  const text = (
    name: TextName,
    label: string,
    path: readonly string[],
    more: { lines?: number; type?: 'password'; hint?: string } = {},
  ) => (
    <TextField
      key={name}
      {...more}
      label={label}
      value={of[name]}
      fault={path.length === 1 && more.lines ? entryFault(faults, path[0] as string) : faultText(faults, path)}
      autoComplete="off"
      onChange={(value) => set({ [name]: value })}
      ltr
    />
  );
  const names = (kind: EditedWebhook['credentials'][number]['kind']) =>
    (stored?.credentials ?? [])
      .filter((credential) => credential.kind === kind)
      .map(({ name }) => name)
      .join(', ');
  const group = (name: ChoiceName, label: string, setting: string, known: string, fields: ReactNode) => (
    <Group
      key={name}
      label={label}
      known={known}
      choice={of[name] as Choice}
      isNew={stored === null}
      fault={ownFault(faults, setting, of[name] === 'SET')}
      choose={(choice) => set({ [name]: choice })}
    >
      {fields}
    </Group>
  );
  return (
    <>
      {stored === null ? text('secret', texts.secret, ['secret'], { type: 'password', hint: texts.secretOut }) : null}
      {stored === null && signsFrappe
        ? text('frappeSecret', texts.frappeSecret, ['frappeSecret'], { type: 'password', hint: texts.frappeHint })
        : null}
      {group(
        'headersChoice',
        texts.secretHeaders,
        'secretHeaders',
        names('HEADER'),
        text('headers', texts.secretHeadersList, ['secretHeaders'], {
          lines: 3,
          ...(stored && { hint: texts.secretHeadersKeep }),
        }),
      )}
      {group('basicChoice', texts.basic, 'basicAuth', names('BASIC'), [
        text('username', texts.username, ['basicAuth', 'username']),
        text('password', texts.password, ['basicAuth', 'password'], { type: 'password' }),
      ])}
      {group('oauth2Choice', texts.oauth2, 'oauth2', names('OAUTH2'), [
        text('tokenUrl', texts.tokenUrl, ['oauth2', 'tokenUrl']),
        text('clientId', texts.clientId, ['oauth2', 'clientId']),
        text('clientSecret', texts.clientSecret, ['oauth2', 'clientSecret'], { type: 'password' }),
        text('scope', texts.scope, ['oauth2', 'scope']),
        text('audience', texts.audience, ['oauth2', 'audience']),
        <SelectField
          key="authentication"
          label={texts.clientAuthentication}
          value={of.clientAuthentication}
          options={AUTHENTICATIONS.map((value) => ({ value, label: texts.authentications[value] }))}
          onChange={(clientAuthentication) => set({ clientAuthentication })}
        />,
      ])}
      {group('certificateChoice', texts.certificate, 'clientCertificate', names('CERTIFICATE'), [
        text('certificate', texts.certificatePem, ['clientCertificate', 'certificate'], { lines: 4 }),
        text('privateKey', texts.privateKey, ['clientCertificate', 'privateKey'], { lines: 4 }),
      ])}
      {group('proxyChoice', texts.proxy, 'proxy', stored?.proxy?.url ?? '', [
        text('proxyUrl', texts.proxyUrl, ['proxy', 'url']),
        text('proxyUsername', texts.username, ['proxy', 'username']),
        text('proxyPassword', texts.password, ['proxy', 'password'], { type: 'password' }),
      ])}
      {group(
        'authoritiesChoice',
        texts.authorities,
        'caCertificates',
        (stored?.caCertificates ?? []).map(({ subject }) => subject).join(', '),
        text('authorities', texts.authoritiesPem, ['caCertificates'], { lines: 4 }),
      )}
    </>
  );
}

/** Below the choice, unless the field of the fault is shown. */
function ownFault(faults: readonly FormFault[], setting: string, hasFields: boolean): string | null {
  return faultText(hasFields ? faults.filter(({ field }) => field.length === 1) : faults, [setting]);
}

/** Of the entries of a list, which are one text here. */
function entryFault(faults: readonly FormFault[], setting: string): string | null {
  return faultText(
    faults.filter(({ field }) => field.length > 1),
    [setting],
  );
}

interface GroupProps {
  label: string;
  /** What is stored, by name; empty: nothing is. */
  known: string;
  choice: Choice;
  isNew: boolean;
  fault: string | null;
  choose(choice: Choice): void;
  children: ReactNode;
}

function Group({ label, known, choice, isNew, fault, choose, children }: GroupProps) {
  const texts = useEditorTexts();
  const choices: readonly Choice[] = isNew ? ['NONE', 'SET'] : ['KEEP', 'SET', 'NONE'];
  return (
    <fieldset className="plain-part stack">
      <legend className="hidden-text">{label}</legend>
      <SelectField
        label={label}
        hint={known ? texts.stored(known) : undefined}
        fault={fault}
        value={choice}
        options={choices.map((value) => ({ value, label: texts.choice[value] }))}
        onChange={choose}
      />
      {choice === 'SET' ? children : null}
    </fieldset>
  );
}
