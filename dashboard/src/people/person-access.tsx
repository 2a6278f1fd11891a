import { useState } from 'react';
import {
  CreateApiKeyDocument,
  PersonAccessDocument,
  RevokeApiKeyDocument,
  RevokeSessionsDocument,
} from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { useViewer } from '../api/viewer';
import { ActDialog } from '../ui/act-dialog';
import { Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { CheckField, TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { SecretOnce } from '../ui/secret-once';
import { Table } from '../ui/table';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import type { Person } from './people-page';
import { usePeopleTexts } from './texts';

/** The keys and sessions of a person, and making and ending them. */
export function PersonAccess({ person }: { person: Person }) {
  const texts = usePeopleTexts();
  const ui = useUiTexts();
  const viewer = useViewer();
  const query = useApi(PersonAccessDocument, { id: person.id });
  const [revoked, setRevoked] = useState<{ id: string; label: string } | null>(null);
  const [isEnding, setEnding] = useState(false);
  return (
    <Shown of={query}>
      {({ user }) => (
        <>
          <h3>{texts.keys}</h3>
          {user?.apiKeys?.nodes.length ? (
            <Table
              label={texts.keys}
              rows={user.apiKeys.nodes}
              keyOf={({ id }) => id}
              columns={[
                { header: texts.label, cell: ({ label }) => <bdi>{label}</bdi> },
                { header: '', cell: ({ keyId }) => <Ltr className="mono">{keyId}</Ltr> },
                {
                  header: texts.roles,
                  cell: ({ roles }) => (roles ? <Ltr className="mono">{roles.join(', ')}</Ltr> : texts.own),
                },
                { header: texts.address, cell: ({ networks }) => <Ltr>{networks?.join(', ')}</Ltr> },
                {
                  header: texts.expires,
                  cell: ({ expiresAt }) => (expiresAt ? <Time at={expiresAt} as="day" /> : texts.never),
                },
                {
                  header: texts.lastUsed,
                  cell: ({ lastUsedAt }) => (lastUsedAt ? <Time at={lastUsedAt} as="ago" /> : texts.never),
                },
                {
                  header: '',
                  cell: ({ id, label }) =>
                    viewer.may('Mutation.revokeApiKey') ? (
                      <Button kind="danger" onPress={() => setRevoked({ id, label })}>
                        {texts.revoke}
                      </Button>
                    ) : null,
                },
              ]}
            />
          ) : (
            <p className="faint">{user && !user.apiKeys ? ui.notKnown : texts.noKeys}</p>
          )}
          {viewer.may('Mutation.createApiKey') ? <NewKey userId={person.id} /> : null}
          <h3>{texts.sessions}</h3>
          {user?.sessions?.nodes.length ? (
            <>
              <Table
                label={texts.sessions}
                rows={user.sessions.nodes}
                keyOf={({ id }) => id}
                columns={[
                  { header: texts.method, cell: ({ method }) => <Ltr className="mono">{method}</Ltr> },
                  { header: texts.began, cell: ({ createdAt }) => <Time at={createdAt} /> },
                  { header: texts.lastUsed, cell: ({ lastUsedAt }) => <Time at={lastUsedAt} as="ago" /> },
                  { header: texts.address, cell: ({ remoteAddress }) => <Ltr>{remoteAddress}</Ltr> },
                  { header: texts.browser, cell: ({ userAgent }) => <Ltr>{userAgent}</Ltr> },
                ]}
              />
              {viewer.may('Mutation.revokeSessions') ? (
                <p>
                  <Button kind="danger" onPress={() => setEnding(true)}>
                    {texts.endSessions}
                  </Button>
                </p>
              ) : null}
            </>
          ) : (
            <p className="faint">{user && !user.sessions ? ui.notKnown : texts.noSessions}</p>
          )}
          <ActDialog
            title={texts.revokeKey}
            submit={texts.revoke}
            kind="danger"
            isOpen={revoked !== null}
            onClose={() => setRevoked(null)}
            document={RevokeApiKeyDocument}
            variables={() => ({ input: { id: revoked?.id ?? '' } })}
            userErrors={(data) => data.revokeApiKey?.userErrors}
          >
            <p>
              <bdi>{texts.revokeKeyText(revoked?.label ?? '')}</bdi>
            </p>
          </ActDialog>
          <ActDialog
            title={texts.endSessions}
            submit={texts.endSessions}
            kind="danger"
            isOpen={isEnding}
            onClose={() => setEnding(false)}
            document={RevokeSessionsDocument}
            variables={() => ({ input: { userId: person.id } })}
            userErrors={(data) => data.revokeSessions?.userErrors}
          >
            <p>{texts.endSessionsText}</p>
          </ActDialog>
        </>
      )}
    </Shown>
  );
}

function NewKey({ userId }: { userId: string }) {
  const texts = usePeopleTexts();
  const [isOpen, setOpen] = useState(false);
  const [label, setLabel] = useState('');
  const [networks, setNetworks] = useState('');
  const [neverExpires, setNeverExpires] = useState(false);
  const [token, setToken] = useState<string | null>(null);
  const listed = networks
    .split(',')
    .map((network) => network.trim())
    .filter((network) => network !== '');
  return (
    <>
      <p>
        <Button asks onPress={() => setOpen(true)}>
          {texts.newKey}
        </Button>
      </p>
      <ActDialog
        title={texts.newKey}
        submit={texts.newKey}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        document={CreateApiKeyDocument}
        variables={() => ({
          input: { userId, label: label.trim(), neverExpires, ...(listed.length === 0 ? {} : { networks: listed }) },
        })}
        userErrors={(data) => data.createApiKey?.userErrors}
        done={(data) => {
          setOpen(false);
          setToken(data.createApiKey?.token ?? null);
        }}
      >
        <TextField label={texts.label} value={label} onChange={setLabel} required />
        <TextField label={texts.networks} value={networks} onChange={setNetworks} placeholder="203.0.113.0/24" ltr />
        <CheckField label={texts.neverExpires} checked={neverExpires} onChange={setNeverExpires} />
      </ActDialog>
      {token === null ? null : (
        <SecretOnce title={texts.theKey} secrets={{ [texts.theKey]: token }} onClose={() => setToken(null)} />
      )}
    </>
  );
}
