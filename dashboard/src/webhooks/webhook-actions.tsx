import { useState } from 'react';
import {
  ArchiveWebhookDocument,
  PauseWebhookDocument,
  ResumeWebhookDocument,
  RotateWebhookSecretDocument,
  RotateWebhookTokenDocument,
  type SignatureScheme,
} from '../api/generated/documents';
import { useViewer } from '../api/viewer';
import { paths } from '../paths';
import { ActDialog } from '../ui/act-dialog';
import { Button, LinkButton } from '../ui/button';
import { SelectField, TextField } from '../ui/field';
import { SecretOnce } from '../ui/secret-once';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';
import { WebhookTest } from './webhook-test';

type Act = 'pause' | 'resume' | 'archive' | 'test' | 'rotate' | 'rotateToken';

const DAY_S = '86400';

/** What the roles of the viewer may do with it. */
export function WebhookActions({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const viewer = useViewer();
  const [act, setAct] = useState<Act | null>(null);
  const [overlap, setOverlap] = useState(DAY_S);
  const [scheme, setScheme] = useState(webhook.signatures[0] ?? 'V1');
  const [given, setGiven] = useState('');
  const [shown, setShown] = useState<{ title: string; secret: string } | null>(null);
  const { id, status, direction } = webhook;
  const close = () => setAct(null);
  const isOpen = status !== 'ARCHIVED';
  const seconds = Number(overlap) || 0;
  const reveal = (title: string, secret: string | null | undefined) => {
    close();
    if (secret) setShown({ title, secret });
  };
  return (
    <>
      {isOpen && viewer.may('Mutation.updateWebhook') ? (
        <LinkButton to={paths.editWebhook(id)}>{texts.edit}</LinkButton>
      ) : null}
      {isOpen && viewer.may('Mutation.testWebhook') && direction === 'OUTGOING' ? (
        <Button asks onPress={() => setAct('test')}>
          {texts.test}
        </Button>
      ) : null}
      {status === 'ACTIVE' && viewer.may('Mutation.pauseWebhook') ? (
        <Button asks onPress={() => setAct('pause')}>
          {texts.pause}
        </Button>
      ) : null}
      {(status === 'PAUSED' || status === 'DISABLED') && viewer.may('Mutation.resumeWebhook') ? (
        <Button kind="primary" onPress={() => setAct('resume')}>
          {texts.resume}
        </Button>
      ) : null}
      {isOpen && viewer.may('Mutation.rotateWebhookSecret') ? (
        <Button asks onPress={() => setAct('rotate')}>
          {texts.rotate}
        </Button>
      ) : null}
      {isOpen && direction === 'INCOMING' && viewer.may('Mutation.rotateWebhookToken') ? (
        <Button asks onPress={() => setAct('rotateToken')}>
          {texts.rotateToken}
        </Button>
      ) : null}
      {isOpen && viewer.may('Mutation.archiveWebhook') ? (
        <Button kind="danger" onPress={() => setAct('archive')}>
          {texts.archive}
        </Button>
      ) : null}
      <ActDialog
        title={texts.pause}
        submit={texts.pause}
        isOpen={act === 'pause'}
        onClose={close}
        document={PauseWebhookDocument}
        reason="optional"
        variables={(reason) => ({ input: { id, reason } })}
        userErrors={(data) => data.pauseWebhook?.userErrors}
      >
        <p>{texts.pauseText}</p>
      </ActDialog>
      <ActDialog
        title={texts.resume}
        submit={texts.resume}
        isOpen={act === 'resume'}
        onClose={close}
        document={ResumeWebhookDocument}
        reason="optional"
        variables={(reason) => ({ input: { id, reason } })}
        userErrors={(data) => data.resumeWebhook?.userErrors}
      >
        <p>{texts.resumeText}</p>
      </ActDialog>
      <ActDialog
        title={texts.archive}
        submit={texts.archive}
        kind="danger"
        isOpen={act === 'archive'}
        onClose={close}
        document={ArchiveWebhookDocument}
        variables={() => ({ input: { id } })}
        userErrors={(data) => data.archiveWebhook?.userErrors}
      >
        <p>{texts.archiveText}</p>
      </ActDialog>
      {act === 'test' ? <WebhookTest webhook={webhook} onClose={close} /> : null}
      <ActDialog
        title={texts.rotate}
        submit={texts.rotate}
        isOpen={act === 'rotate'}
        onClose={close}
        document={RotateWebhookSecretDocument}
        variables={() => ({ input: { id, scheme, secret: given.trim() || null, overlapSeconds: seconds } })}
        userErrors={(data) => data.rotateWebhookSecret?.userErrors}
        done={(data) => {
          setGiven('');
          reveal(texts.newSecret, data.rotateWebhookSecret?.secret ?? data.rotateWebhookSecret?.publicKey);
        }}
      >
        <p>{texts.rotateText}</p>
        {webhook.signatures.length > 1 ? (
          <SelectField<SignatureScheme>
            label={texts.setting.signatures}
            value={scheme}
            options={webhook.signatures.map((value) => ({ value, label: value }))}
            onChange={(chosen) => setScheme(chosen)}
          />
        ) : null}
        <TextField
          label={texts.givenSecret}
          hint={direction === 'INCOMING' ? texts.givenByProvider : texts.givenHint}
          value={given}
          onChange={setGiven}
          type="password"
          autoComplete="off"
          ltr
        />
        <TextField label={texts.overlap} value={overlap} onChange={setOverlap} type="number" ltr />
      </ActDialog>
      <ActDialog
        title={texts.rotateToken}
        submit={texts.rotateToken}
        isOpen={act === 'rotateToken'}
        onClose={close}
        document={RotateWebhookTokenDocument}
        variables={() => ({ input: { id, overlapSeconds: seconds } })}
        userErrors={(data) => data.rotateWebhookToken?.userErrors}
        done={(data) => reveal(texts.newAddress, data.rotateWebhookToken?.address)}
      >
        <p>{texts.rotateText}</p>
        <TextField label={texts.overlap} value={overlap} onChange={setOverlap} type="number" ltr />
      </ActDialog>
      {shown === null ? null : (
        <SecretOnce title={shown.title} secrets={{ [shown.title]: shown.secret }} onClose={() => setShown(null)} />
      )}
    </>
  );
}
