import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { ApiError } from '../../api/api-error';
import {
  CreateWebhookDocument,
  EditedWebhookDocument,
  type EditedWebhookQuery,
  UpdateWebhookDocument,
} from '../../api/generated/documents';
import { request } from '../../api/request';
import { noteFailure } from '../../api/session-state';
import { useViewer } from '../../api/viewer';
import { paths } from '../../paths';
import { releaseLeaveGuard, useLeaveGuard } from '../../shell/leave-guard';
import { Failed } from '../../ui/answer';
import { Button, LinkButton } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField } from '../../ui/field';
import { SecretOnce } from '../../ui/secret-once';
import { useUiTexts } from '../../ui/texts';
import { UserErrors } from '../../ui/user-errors';
import { Warnings } from '../../ui/warnings';
import { useWebhookTexts } from '../texts';
import { Conflict, type Versions } from './conflict';
import { CredentialFields } from './credential-fields';
import { type Credentials, credentialInputs, untouched } from './credentials';
import './editor.css';
import { type FormFault, faultsOfErrors } from './form-faults';
import { type FormPart, Part, TextSetting } from './form-part';
import {
  changedSettings,
  changesOf,
  type Direction,
  draftOf,
  type EditedWebhook,
  EMPTY_FORM,
  notNumbers,
  valuesOf,
} from './form-values';
import { AnswerPart, WhatACallBecomes, WhoMayCall } from './incoming-parts';
import { Rights, Signatures, WhatIsSent, WhenAndHowOften, WhichEvents } from './outgoing-parts';
import { OwnerField } from './owner-field';
import { PreviewPanel } from './preview-panel';
import { useEditorTexts } from './texts';
import { useDraft } from './use-draft';
import { usePreview } from './use-preview';

interface Saved {
  id: string;
  warnings: readonly { message: string }[];
  /** By what they are for; each is shown once. */
  secrets: Record<string, string>;
}

const present = (secrets: Record<string, string | null | undefined>) =>
  Object.fromEntries(Object.entries(secrets).filter((entry): entry is [string, string] => Boolean(entry[1])));

interface Props {
  /** null: a new webhook. */
  stored: EditedWebhook | null;
  /** The first users, if they were read with it. */
  users?: EditedWebhookQuery['users'] | null;
}

export function WebhookForm({ stored, users = null }: Props) {
  const texts = useEditorTexts();
  const ui = useUiTexts();
  const { one } = useWebhookTexts();
  const cache = useQueryClient();
  const viewer = useViewer();
  const [, navigate] = useLocation();
  const [initial] = useState(() => (stored ? valuesOf(stored) : EMPTY_FORM));
  const isNew = stored === null;
  const key = `${viewer.user?.id} ${stored?.id ?? 'new'}`;
  const draft = useDraft(key, stored?.version ?? null, initial);
  const { values, base } = draft;
  const { direction } = values;
  const [credentials, setCredentials] = useState<Credentials>(() => untouched(isNew ? 'NONE' : 'KEEP'));
  const [faults, setFaults] = useState<readonly FormFault[]>([]);
  const [conflict, setConflict] = useState<{ versions: Versions; version: number } | null>(null);
  const [isMerged, setMerged] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [saved, setSaved] = useState<Saved | null>(null);

  const mayPreview = direction === 'OUTGOING' && viewer.may('Mutation.previewWebhook');
  const tried = usePreview(stored?.id ?? null, draftOf(values, base), mayPreview);
  const changed = changedSettings(direction, values, base);
  const untouchedSecrets = untouched(isNew ? 'NONE' : 'KEEP');
  const secretsTyped = JSON.stringify(credentials) !== JSON.stringify(untouchedSecrets);
  const isDirty = saved === null && (changed.length > 0 || secretsTyped);
  useLeaveGuard(isDirty ? texts.leave : null);

  const set: FormPart['set'] = (part) => {
    draft.set({ values: { ...values, ...part } });
    // what saving has told belongs to what was saved
    if (faults.length > 0) setFaults(faults.filter(({ field }) => !isTouched(field, part)));
  };
  const seen = tried.preview?.faults ?? [];
  const known: readonly FormFault[] = [...seen, ...faults.filter((fault) => !seen.some((each) => isSame(each, fault)))];
  const part: FormPart = {
    direction,
    values,
    set,
    faults: known,
    isNew,
    isSystemManager: viewer.roles.includes('SYSTEM_MANAGER'),
  };

  const leave = (id: string) => {
    releaseLeaveGuard();
    navigate(paths.webhook(id));
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (notNumbers(direction, values).length > 0) return;
    setBusy(true);
    setError(null);
    setFaults([]);
    try {
      const result = stored ? await update(stored) : await create();
      if (!result) return;
      draft.forget();
      setSaved(result);
      await cache.invalidateQueries();
      if (Object.keys(result.secrets).length === 0 && result.warnings.length === 0) leave(result.id);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      noteFailure(failure);
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const secretsOf = (payload: { secret?: string | null; publicKey?: string | null; frappeSecret?: string | null }) =>
    present({
      [texts.secret]: payload.secret,
      [texts.publicKey]: payload.publicKey,
      [texts.frappeSecret]: payload.frappeSecret,
    });

  async function create(): Promise<Saved | null> {
    const own = direction === 'INCOMING' ? { provider: values.provider } : {};
    const changes = changesOf(direction, values, EMPTY_FORM);
    const secrets = direction === 'INCOMING' ? { secret: credentials.secret || null } : credentialInputs(credentials);
    const input = { ...changes, ...own, ...secrets, direction, name: values.name.trim() };
    const { createWebhook } = (await request(CreateWebhookDocument, { input })).data;
    if (!createWebhook?.webhook) {
      setFaults(faultsOfErrors(createWebhook?.userErrors ?? []));
      return null;
    }
    const shown = { ...secretsOf(createWebhook), ...present({ [texts.address]: createWebhook.address }) };
    return { id: createWebhook.webhook.id, warnings: createWebhook.warnings ?? [], secrets: shown };
  }

  async function update({ id }: EditedWebhook): Promise<Saved | null> {
    const changes = changesOf(direction, values, base);
    const input = { id, expectedVersion: draft.version, ...changes, ...credentialInputs(credentials) };
    const { updateWebhook } = (await request(UpdateWebhookDocument, { input })).data;
    if (updateWebhook?.webhook) {
      return { id, warnings: updateWebhook.warnings ?? [], secrets: secretsOf(updateWebhook) };
    }
    const errors = updateWebhook?.userErrors ?? [];
    if (errors.some(({ field }) => field?.[0] === 'expectedVersion')) await compare(id);
    else setFaults(faultsOfErrors(errors));
    return null;
  }

  async function compare(id: string): Promise<void> {
    const { webhook } = (await request(EditedWebhookDocument, { id })).data;
    if (!webhook) return;
    setMerged(false);
    setConflict({ versions: { base, theirs: valuesOf(webhook), mine: values }, version: webhook.version });
  }

  return (
    <>
      {conflict ? (
        <Conflict
          direction={direction}
          versions={{ ...conflict.versions, mine: values }}
          version={conflict.version}
          goOn={(merged) => {
            draft.set({ version: conflict.version, base: conflict.versions.theirs, values: merged });
            setConflict(null);
            setMerged(true);
          }}
        />
      ) : null}
      {isMerged ? (
        <p className="note" role="status">
          {texts.merged}
        </p>
      ) : null}
      {draft.isKept && isDirty ? (
        <div className="note row">
          <span>{texts.kept}</span>
          <Button onPress={() => draft.begin(stored?.version ?? null, initial)}>{texts.discard}</Button>
        </div>
      ) : null}
      <div className="editor" data-preview={mayPreview || undefined}>
        <form className="stack" onSubmit={save} noValidate>
          <Part title={one}>
            {isNew ? <ChooseDirection direction={direction} choose={(chosen) => set({ direction: chosen })} /> : null}
            <TextSetting part={part} name="name" label={texts.name} required />
            <OwnerField part={part} stored={stored?.owner ?? null} users={users} />
          </Part>
          {direction === 'OUTGOING' ? (
            <>
              <WhichEvents part={part} />
              <WhatIsSent part={part} hidesUrl={stored?.url?.includes('...') ?? false} />
              <WhenAndHowOften part={part} />
              <Part title={texts.proof}>
                <Signatures part={part} />
                <CredentialFields
                  of={credentials}
                  set={(secrets) => setCredentials({ ...credentials, ...secrets })}
                  faults={known}
                  stored={stored}
                  signsFrappe={values.signatures.includes('FRAPPE')}
                />
              </Part>
            </>
          ) : (
            <>
              <WhoMayCall
                part={part}
                credentials={credentials}
                setCredentials={(secrets) => setCredentials({ ...credentials, ...secrets })}
              />
              <WhatACallBecomes part={part} />
              <AnswerPart part={part} />
            </>
          )}
          <Rights part={part} />
          <Summary faults={known} />
          {error ? <Failed error={error} /> : null}
          <div className="row">
            <Button type="submit" kind="primary" isDisabled={isBusy || conflict !== null || !isDirty}>
              {isNew ? texts.createNow : texts.save}
            </Button>
            {stored ? <LinkButton to={paths.webhook(stored.id)}>{texts.back}</LinkButton> : null}
            <span className="faint" role="status">
              {isNew ? '' : isDirty ? texts.changes(changed.length + (secretsTyped ? 1 : 0)) : texts.nothingChanged}
            </span>
          </div>
        </form>
        {mayPreview ? <PreviewPanel of={tried} /> : null}
      </div>
      {saved && Object.keys(saved.secrets).length > 0 ? (
        <SecretOnce title={texts.shownOnce} secrets={saved.secrets} onClose={() => leave(saved.id)}>
          <Warnings of={saved.warnings} />
        </SecretOnce>
      ) : saved && saved.warnings.length > 0 ? (
        <Dialog title={texts.savedWith} isOpen onClose={() => leave(saved.id)}>
          <Warnings of={saved.warnings} />
          <p>
            <Button onPress={() => leave(saved.id)}>{ui.close}</Button>
          </p>
        </Dialog>
      ) : null}
    </>
  );
}

function ChooseDirection({ direction, choose }: { direction: Direction; choose(direction: Direction): void }) {
  const texts = useEditorTexts();
  return (
    <SelectField<Direction>
      label={texts.direction}
      value={direction}
      options={[
        { value: 'OUTGOING', label: texts.outgoing },
        { value: 'INCOMING', label: texts.incoming },
      ]}
      onChange={choose}
    />
  );
}

/** Faults once more at the button: those of fields far above, and those that belong to none. */
function Summary({ faults }: { faults: readonly FormFault[] }) {
  const errors = faults.map(({ message, field }) => ({ code: field.join('.'), message }));
  return <UserErrors errors={errors} />;
}

function isSame(one: FormFault, other: FormFault): boolean {
  return one.message === other.message && one.field.join('.') === other.field.join('.');
}

/** A fault of saving goes when the person changes what it is about. */
function isTouched(field: readonly string[], part: object): boolean {
  const names = Object.keys(part);
  const [setting = '', below = ''] = field;
  return names.some((name) => name === setting || name === below || OF_OTHER_NAMES[setting]?.includes(name));
}

const OF_OTHER_NAMES: Record<string, readonly string[] | undefined> = {
  rateLimit: ['rateRequests', 'rateSeconds'],
  timeoutMs: ['timeoutSeconds'],
  eventLocation: ['eventFrom', 'eventName'],
  idLocation: ['idFrom', 'idName'],
  referenceLocation: ['referenceFrom', 'referenceName'],
  answer: ['answerStatus', 'answerBody', 'answerType'],
  body: ['bodyFormat'],
  fields: ['bodyFormat'],
};
