// Settings of webhooks as a file: exported whole, imported by a plan that is shown first.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import {
  ExportWebhookSettingsDocument,
  ImportWebhooksDocument,
  type ImportWebhooksMutation,
} from '../api/generated/documents';
import { useAct } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Dialog } from '../ui/dialog';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { saveFile } from '../ui/save-file';
import { Table } from '../ui/table';
import { UserErrors } from '../ui/user-errors';
import { Warnings } from '../ui/warnings';
import { useWebhookTexts } from './texts';

export function SettingsFileButtons() {
  const texts = useWebhookTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const exporting = useAct(ExportWebhookSettingsDocument);
  const save = async () => {
    const { data } = await exporting.mutateAsync({ input: {} });
    const text = data.exportWebhooks?.file?.text;
    if (text) saveFile(text, 'webhooks.json');
  };
  return (
    <>
      {viewer.may('Mutation.exportWebhooks') ? (
        <Button kind="plain" asks onPress={() => void save().catch(() => undefined)}>
          {texts.exportFile}
        </Button>
      ) : null}
      {viewer.may('Mutation.importWebhooks') ? (
        <Button kind="plain" asks onPress={() => setOpen(true)}>
          {texts.importFile}
        </Button>
      ) : null}
      {exporting.error ? <Failed error={exporting.error} /> : null}
      <Dialog title={texts.importFile} isOpen={isOpen} onClose={() => setOpen(false)} wide>
        <Import onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

type Planned = NonNullable<ImportWebhooksMutation['importWebhooks']>;

function Import({ onClose }: { onClose(): void }) {
  const texts = useWebhookTexts();
  const cache = useQueryClient();
  const act = useAct(ImportWebhooksDocument);
  const [text, setText] = useState('');
  const [planned, setPlanned] = useState<Planned | null>(null);
  const [isDone, setDone] = useState(false);
  const send = async (dryRun: boolean) => {
    const input = { document: text, dryRun, ...(dryRun ? {} : { plan: planned?.plan ?? null }) };
    const answer = await act.mutateAsync({ input }).catch(() => null);
    const result = answer?.data.importWebhooks;
    if (!result) return;
    setPlanned(result);
    if (dryRun || result.userErrors.length > 0) return;
    setDone(true);
    await cache.invalidateQueries();
  };
  const change = (next: string) => {
    setText(next);
    setPlanned(null);
  };
  const isPlanned = planned !== null && planned.userErrors.length === 0;
  if (isDone) {
    return (
      <>
        <p role="status">{texts.imported}</p>
        <Warnings of={planned?.warnings ?? []} />
        <Button onPress={onClose}>{texts.title}</Button>
      </>
    );
  }
  return (
    <>
      <p>{texts.importText}</p>
      <TextField label={texts.document} value={text} onChange={change} lines={10} ltr />
      <UserErrors errors={planned?.userErrors} />
      {act.error ? <Failed error={act.error} /> : null}
      {isPlanned ? (
        <Table
          label={texts.actions}
          rows={planned.webhooks ?? []}
          keyOf={({ name }) => name}
          columns={[
            { header: texts.name, cell: ({ name }) => <bdi>{name}</bdi> },
            { header: texts.actions, cell: ({ action }) => <Ltr className="mono">{action}</Ltr> },
            {
              header: texts.changed,
              cell: ({ changes, secretMissing }) => (
                <>
                  <Ltr className="mono">{(changes ?? []).map(({ setting }) => setting).join(', ')}</Ltr>{' '}
                  {secretMissing ? texts.secretMissing : null}
                </>
              ),
            },
          ]}
        />
      ) : null}
      <Warnings of={planned?.warnings ?? []} />
      <div className="row">
        <Button asks isDisabled={text.trim() === '' || act.isPending} onPress={() => void send(true)}>
          {texts.importCheck}
        </Button>
        <Button kind="primary" isDisabled={!isPlanned || act.isPending} onPress={() => void send(false)}>
          {texts.importNow}
        </Button>
      </div>
    </>
  );
}
