import { CopyButton } from '../ui/copy-button';
import { Ltr } from '../ui/ltr';
import { Table } from '../ui/table';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';

interface Key {
  id: string;
  kind: string;
  live: boolean;
  createdAt: string;
  expiresAt?: string | null;
  publicKey?: string | null;
}

/** Keys, credentials and certificates, without their values: those are shown once, when they are made. */
export function WebhookKeys({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const ui = useUiTexts();
  const keys: Key[] = [
    ...(webhook.signingKeys ?? []).map(({ scheme, ...key }) => ({ ...key, kind: scheme })),
    ...(webhook.incoming?.verificationKeys ?? []),
    ...(webhook.incoming?.addresses ?? []).map((address, index) => ({
      ...address,
      id: `address ${index}`,
      kind: 'ADDRESS',
      live: true,
    })),
    ...webhook.credentials.map(({ kind, name, createdAt, expiresAt }) => ({
      id: `${kind} ${name}`,
      kind: `${kind} ${name}`,
      live: true,
      createdAt,
      expiresAt: expiresAt ?? null,
    })),
  ];
  return (
    <>
      {keys.length === 0 ? (
        <p className="faint">{ui.none}</p>
      ) : (
        <Table
          label={texts.keys}
          rows={keys}
          keyOf={({ id }) => id}
          columns={[
            { header: texts.kind, cell: ({ kind }) => <Ltr className="mono">{kind}</Ltr> },
            { header: texts.state, cell: ({ live }) => (live ? texts.live : null) },
            { header: texts.since, cell: ({ createdAt }) => <Time at={createdAt} /> },
            { header: texts.expires, cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} /> : null) },
            {
              header: '',
              cell: ({ publicKey }) => (publicKey ? <CopyButton text={publicKey} label={texts.newKey} /> : null),
            },
          ]}
        />
      )}
      {webhook.caCertificates.length > 0 ? (
        <Table
          label={texts.keys}
          rows={webhook.caCertificates}
          keyOf={({ fingerprint }) => fingerprint}
          columns={[
            { header: texts.name, cell: ({ subject }) => <Ltr>{subject}</Ltr> },
            { header: texts.expires, cell: ({ expiresAt }) => <Time at={expiresAt} /> },
          ]}
        />
      ) : null}
    </>
  );
}
