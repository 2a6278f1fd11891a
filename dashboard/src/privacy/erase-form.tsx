// An erasure is ordered after its preview: what goes, what it takes from others, and whether it waits for a second person.
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import {
  type ContentTarget,
  EraseContentDocument,
  EraseDocumentDocument,
  ErasePersonDocument,
  type OrderedErasureFragment,
  PreviewErasureDocument,
  type PreviewErasureMutation,
} from '../api/generated/documents';
import { useAct } from '../api/use-api';
import { useTimes } from '../i18n/time-zone';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { Facts } from '../ui/facts';
import { SelectField, TextField } from '../ui/field';
import { UserErrors } from '../ui/user-errors';
import { PersonField } from './person-field';
import { Recipients } from './recipients';
import { SecondPerson } from './second-person';
import { type TargetKind, usePrivacyTexts } from './texts';

type Preview = NonNullable<NonNullable<PreviewErasureMutation['previewErasure']>['preview']>;

interface Target {
  kind: TargetKind;
  documentType: string;
  name: string;
  userId: string;
  search: string;
}

const KINDS: readonly TargetKind[] = ['DOCUMENT', 'PERSON', 'CONTENT'];
const NOTHING: Target = { kind: 'DOCUMENT', documentType: '', name: '', userId: '', search: '' };

export function EraseForm({ onClose }: { onClose(): void }) {
  const texts = usePrivacyTexts();
  const previewing = useAct(PreviewErasureDocument);
  const [target, setTarget] = useState<Target>(NOTHING);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [typed, setTyped] = useState('');
  const [ordered, setOrdered] = useState<OrderedErasureFragment | null>(null);
  const change = (part: Partial<Target>) => {
    setTarget({ ...target, ...part });
    setPreview(null);
    setTyped('');
  };
  const look = async () => {
    const answer = await previewing.mutateAsync({ input: { target: givenOf(target) } }).catch(() => null);
    setPreview(answer?.data.previewErasure?.preview ?? null);
  };
  if (ordered) return <Ordered erasure={ordered} onClose={onClose} />;
  const isConfirmed = preview !== null && preview.rowCount > 0 && typed.trim() === String(preview.rowCount);
  return (
    <OrderDialog target={target} isReady={isConfirmed} onClose={onClose} ordered={setOrdered}>
      <p>{texts.eraseText}</p>
      <TargetFields target={target} change={change} />
      <p>
        <Button asks onPress={() => void look()} isDisabled={!isNamed(target) || previewing.isPending}>
          {texts.preview}
        </Button>
      </p>
      <UserErrors errors={previewing.data?.data.previewErasure?.userErrors} />
      {previewing.error ? <Failed error={previewing.error} /> : null}
      {preview ? (
        <>
          <PreviewFacts preview={preview} />
          {preview.rowCount > 0 ? (
            <TextField label={texts.typeToConfirm(String(preview.rowCount))} value={typed} onChange={setTyped} ltr />
          ) : null}
        </>
      ) : null}
    </OrderDialog>
  );
}

function isNamed({ kind, documentType, name, userId, search }: Target): boolean {
  if (kind === 'DOCUMENT') return documentType.trim() !== '' && name.trim() !== '';
  return kind === 'PERSON' ? userId !== '' : search.trim() !== '';
}

function givenOf({ kind, documentType, name, userId, search }: Target): ContentTarget {
  if (kind === 'DOCUMENT') return { businessDocument: { documentType: documentType.trim(), name: name.trim() } };
  return kind === 'PERSON' ? { userId } : { where: { search: search.trim() } };
}

function TargetFields({ target, change }: { target: Target; change(part: Partial<Target>): void }) {
  const texts = usePrivacyTexts();
  const { kind, documentType, name, userId, search } = target;
  return (
    <>
      <SelectField<TargetKind>
        label={texts.eraseWhat}
        value={kind}
        options={KINDS.map((value) => ({ value, label: texts.targets[value] }))}
        onChange={(chosen) => change({ kind: chosen })}
      />
      {kind === 'DOCUMENT' ? (
        <>
          <TextField
            label={texts.documentType}
            value={documentType}
            onChange={(value) => change({ documentType: value })}
            placeholder="Sales Invoice"
          />
          <TextField
            label={texts.document}
            value={name}
            onChange={(value) => change({ name: value })}
            placeholder="INV-0042"
          />
        </>
      ) : kind === 'PERSON' ? (
        <PersonField value={userId} onChange={(value) => change({ userId: value })} />
      ) : (
        <TextField label={texts.searchText} value={search} onChange={(value) => change({ search: value })} />
      )}
    </>
  );
}

function PreviewFacts({ preview }: { preview: Preview }) {
  const texts = usePrivacyTexts();
  const { rowCount, reasonCount, replayCount, exportCount } = preview;
  const takesOfOthers = reasonCount + replayCount + exportCount > 0;
  return (
    <section className="stack" role="status" aria-label={texts.preview}>
      <p>
        <strong>{texts.wouldErase(rowCount)}</strong> {preview.complete ? null : texts.incomplete}
      </p>
      <Facts
        of={{
          [texts.events]: preview.eventCount,
          [texts.deliveries]: preview.deliveryCount,
          [texts.requests]: preview.requestCount,
          [texts.heldRows]: preview.heldCount || null,
          [texts.erasedRows]: preview.erasedCount || null,
        }}
      />
      <h3>{texts.others}</h3>
      {takesOfOthers ? (
        <Facts
          of={{
            [texts.reasons]: reasonCount || null,
            [texts.replays]: replayCount || null,
            [texts.exports]: exportCount || null,
          }}
        />
      ) : (
        <p>{texts.noOthers}</p>
      )}
      <h3>{texts.recipients}</h3>
      <Recipients of={preview.recipients} />
      {preview.needsSecondPerson ? <SecondPerson /> : rowCount > 0 ? <p>{texts.alone}</p> : null}
    </section>
  );
}

interface OrderProps {
  target: Target;
  isReady: boolean;
  onClose(): void;
  ordered(erasure: OrderedErasureFragment): void;
  children: ReactNode;
}

/** The form sends the mutation of the kind that is chosen. */
function OrderDialog({ target, ordered, ...props }: OrderProps) {
  const texts = usePrivacyTexts();
  const { kind, documentType, name, userId, search } = target;
  const shared = {
    ...props,
    title: texts.erase,
    submit: texts.erase,
    kind: 'danger',
    isOpen: true,
    reason: 'required',
  } as const;
  const done = (erasure: OrderedErasureFragment | null | undefined) => {
    if (erasure) ordered(erasure);
  };
  if (kind === 'DOCUMENT') {
    return (
      <ActDialog
        {...shared}
        document={EraseDocumentDocument}
        variables={(reason) => ({
          input: { documentType: documentType.trim(), name: name.trim(), reason: reason ?? '' },
        })}
        userErrors={(data) => data.eraseDocument?.userErrors}
        done={(data) => done(data.eraseDocument?.erasure)}
      />
    );
  }
  if (kind === 'PERSON') {
    return (
      <ActDialog
        {...shared}
        document={ErasePersonDocument}
        variables={(reason) => ({ input: { userId, reason: reason ?? '' } })}
        userErrors={(data) => data.erasePerson?.userErrors}
        done={(data) => done(data.erasePerson?.erasure)}
      />
    );
  }
  return (
    <ActDialog
      {...shared}
      document={EraseContentDocument}
      variables={(reason) => ({ input: { where: { search: search.trim() }, reason: reason ?? '' } })}
      userErrors={(data) => data.eraseContent?.userErrors}
      done={(data) => done(data.eraseContent?.erasure)}
    />
  );
}

function Ordered({ erasure: { status, approval }, onClose }: { erasure: OrderedErasureFragment; onClose(): void }) {
  const texts = usePrivacyTexts();
  const times = useTimes();
  const takesEffectAt = approval?.takesEffectAt;
  return (
    <Dialog title={texts.asked} isOpen onClose={onClose}>
      {status === 'REQUESTED' ? (
        <>
          <p>{takesEffectAt ? texts.waitsUntil(times.full(takesEffectAt)) : texts.waits}</p>
          <p>
            <Link href={paths.replays()}>{texts.toApprovals}</Link>
          </p>
        </>
      ) : (
        <p>{texts.begins}</p>
      )}
      <p>
        <Button kind="primary" asks={false} onPress={onClose}>
          {texts.close}
        </Button>
      </p>
    </Dialog>
  );
}
