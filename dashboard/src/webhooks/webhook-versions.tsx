import { useState } from 'react';
import { FIELD_ROLES } from '../api/generated/access';
import { RestoreVersionDocument, WebhookVersionsDocument, type WebhookVersionsQuery } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { type Role, useViewer } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { Ltr } from '../ui/ltr';
import { SecretOnce } from '../ui/secret-once';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { VisibleText } from '../ui/visible-text';
import { Warnings } from '../ui/warnings';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';

type Version = NonNullable<NonNullable<WebhookVersionsQuery['webhook']>['versions']>['nodes'][number];

/** Who may not read the changes sees who made them, and when. */
const READ_CHANGES: readonly Role[] = FIELD_ROLES['WebhookVersion.changes'];

export function WebhookVersions({ webhook }: { webhook: KnownWebhook }) {
  return <Versions webhook={webhook} after={null} />;
}

function Versions({ webhook, after }: { webhook: KnownWebhook; after: string | null }) {
  const ui = useUiTexts();
  const { roles } = useViewer();
  const [next, setNext] = useState<string | null>(null);
  const changes = roles.some((role) => READ_CHANGES.includes(role));
  const query = useApi(WebhookVersionsDocument, { id: webhook.id, changes, after });
  return (
    <Shown of={query}>
      {({ webhook: found }) => {
        const versions = found?.versions;
        if (!versions) return null;
        return (
          <>
            <ol className="stack">
              {versions.nodes.map((version) => (
                <VersionEntry key={version.version} webhook={webhook} version={version} />
              ))}
            </ol>
            {versions.pageInfo.hasNextPage && next === null ? (
              <Button onPress={() => setNext(versions.pageInfo.endCursor ?? null)}>{ui.more}</Button>
            ) : null}
            {next === null ? null : <Versions webhook={webhook} after={next} />}
          </>
        );
      }}
    </Shown>
  );
}

function VersionEntry({ webhook, version }: { webhook: KnownWebhook; version: Version }) {
  const texts = useWebhookTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  const [secrets, setSecrets] = useState<Record<string, string>>({});
  const [isPartly, setPartly] = useState(false);
  const [warnings, setWarnings] = useState<readonly { message: string }[]>([]);
  const by = version.createdBy;
  const canRestore =
    viewer.may('Mutation.restoreWebhookVersion') &&
    version.version !== webhook.version &&
    webhook.status !== 'ARCHIVED';
  return (
    <li className="stack">
      <div className="row">
        <strong>
          {texts.version} {version.version}
        </strong>
        <Time at={version.createdAt} />
        {by ? <bdi>{by.fullName ?? by.name}</bdi> : null}
        {canRestore ? (
          <Button kind="plain" asks onPress={() => setOpen(true)}>
            {texts.restore}
          </Button>
        ) : null}
      </div>
      <Changes of={version} />
      <ActDialog
        title={`${texts.restore}: ${texts.version} ${version.version}`}
        submit={texts.restore}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        document={RestoreVersionDocument}
        reason="optional"
        variables={(reason) => ({
          input: { id: webhook.id, version: version.version, expectedVersion: webhook.version, reason },
        })}
        userErrors={(data) => data.restoreWebhookVersion?.userErrors}
        done={(data) => {
          const { secret = null, publicKey = null, notRestored, warnings: doubts } = data.restoreWebhookVersion ?? {};
          setOpen(false);
          setSecrets({
            ...(secret !== null && { [texts.newSecret]: secret }),
            ...(publicKey !== null && { [texts.newKey]: publicKey }),
          });
          setPartly((notRestored ?? []).length > 0);
          setWarnings(doubts ?? []);
        }}
      >
        <p>{texts.restoreText(version.version)}</p>
      </ActDialog>
      {isPartly ? (
        <p className="note" role="status">
          {texts.notRestored}
        </p>
      ) : null}
      <Warnings of={warnings} />
      {Object.keys(secrets).length > 0 ? (
        <SecretOnce title={texts.newSecret} secrets={secrets} onClose={() => setSecrets({})} />
      ) : null}
    </li>
  );
}

function Changes({ of: { version, changes } }: { of: Version }) {
  const texts = useWebhookTexts();
  if (!changes?.length) return null;
  const list = (
    <ul className="changes">
      {changes.map(({ setting, before, after }) => (
        <li key={setting} className="row">
          <Ltr className="mono">{setting}</Ltr>
          <Ltr className="mono">
            {before === null || before === undefined ? null : (
              <del>
                <VisibleText text={shown(before)} />
              </del>
            )}{' '}
            <ins>
              <VisibleText text={shown(after)} />
            </ins>
          </Ltr>
        </li>
      ))}
    </ul>
  );
  // the first one sets all of them
  if (version > 1) return list;
  return (
    <details>
      <summary>{texts.firstSettings(changes.length)}</summary>
      {list}
    </details>
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '-';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
