import { useState } from 'react';
import { ApiError } from '../api/api-error';
import { ExplainDocument, type ExplainQuery } from '../api/generated/documents';
import { request } from '../api/request';
import { noteFailure } from '../api/session-state';
import { useViewer } from '../api/viewer';
import { formatCount } from '../i18n/plural';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { Facts } from '../ui/facts';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { Time } from '../ui/time';
import { useProviderTexts } from './providers';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';

/** For the partner's developer: how to sign, and why a call was refused. */
export function IncomingCalls({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const how = useProviderTexts();
  const viewer = useViewer();
  const { incoming, unrecordedRefusals } = webhook;
  const verification = incoming?.verification;
  return (
    <section className="card stack">
      <h2>{texts.howToSign}</h2>
      {incoming ? <p>{how[incoming.provider]}</p> : null}
      <Facts
        of={{
          [texts.setting.provider]: <Ltr className="mono">{incoming?.provider}</Ltr>,
          ...Object.fromEntries(
            Object.entries(verification ?? {})
              .filter(([, value]) => typeof value === 'string' && value !== '')
              .map(([name, value]) => [
                name,
                <Ltr key={name} className="mono">
                  {String(value)}
                </Ltr>,
              ]),
          ),
        }}
      />
      {unrecordedRefusals.length > 0 ? (
        <>
          <h3>{texts.refusals}</h3>
          <Table
            label={texts.refusals}
            rows={unrecordedRefusals}
            keyOf={({ minute, errorCode }) => `${minute} ${errorCode}`}
            columns={[
              { header: texts.minute, cell: ({ minute }) => <Time at={minute} /> },
              { header: texts.error, cell: ({ errorCode }) => <Ltr className="mono">{errorCode}</Ltr> },
              { header: texts.calls, number: true, cell: ({ callCount }) => formatCount(callCount) },
            ]}
          />
        </>
      ) : null}
      {viewer.may('Query.explainVerification') ? <Explain webhookId={webhook.id} /> : null}
    </section>
  );
}

type Report = ExplainQuery['explainVerification'];

/** Asked only when the button is pressed: tries are limited, and none is repeated by itself. */
function Explain({ webhookId }: { webhookId: string }) {
  const texts = useWebhookTexts();
  const [requestId, setRequestId] = useState('');
  const [headers, setHeaders] = useState('');
  const [body, setBody] = useState('');
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const ask = async () => {
    setError(null);
    const call = requestId.trim()
      ? { requestId: requestId.trim() }
      : { given: { headers: headersIn(headers), rawBody: { text: body } } };
    const input = { webhookId, call };
    try {
      setReport((await request(ExplainDocument, { input })).data.explainVerification);
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      noteFailure(failure);
      setReport(null);
      setError(failure);
    }
  };
  return (
    <details>
      <summary>{texts.explain}</summary>
      <div className="stack">
        <p className="faint">{texts.explainText}</p>
        <TextField label={texts.requestId} value={requestId} onChange={setRequestId} placeholder="req_..." ltr />
        <TextField label={texts.headersLabel} value={headers} onChange={setHeaders} lines={4} ltr />
        <TextField label={texts.bodyLabel} value={body} onChange={setBody} lines={4} ltr />
        <p>
          <Button asks onPress={() => void ask()}>
            {texts.explainNow}
          </Button>
        </p>
        {error ? <Failed error={error} /> : null}
        {report ? (
          <div role="status" className="stack">
            <StateMark tone={report.accepted ? 'good' : 'refused'}>
              {report.accepted ? texts.accepted : texts.refused}
            </StateMark>
            <Ltr>{report.summary}</Ltr>
            <ul>
              {report.checks.map(({ name, passed, message }) => (
                <li key={name}>
                  <StateMark tone={passed === null || passed === undefined ? 'neutral' : passed ? 'good' : 'bad'}>
                    <Ltr>{message}</Ltr>
                  </StateMark>
                </li>
              ))}
            </ul>
          </div>
        ) : null}
      </div>
    </details>
  );
}

function headersIn(text: string): { name: string; value: string }[] {
  return text.split('\n').flatMap((line) => {
    const at = line.indexOf(':');
    return at > 0 ? [{ name: line.slice(0, at).trim(), value: line.slice(at + 1).trim() }] : [];
  });
}
