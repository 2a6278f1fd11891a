import { useState } from 'react';
import { EvidenceRunDocument, VerifyEvidenceDocument } from '../api/generated/documents';
import { useAct, useApi } from '../api/use-api';
import { Failed, Shown } from '../ui/answer';
import { Button } from '../ui/button';
import { SelectField, TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { Table } from '../ui/table';
import { UserErrors } from '../ui/user-errors';
import { useEvidenceTexts } from './texts';

type Depth = 'TREE' | 'ROWS' | 'CONTENT';
const DEPTHS: readonly Depth[] = ['CONTENT', 'ROWS', 'TREE'];
const REFRESH_MS = 2_000;

/** The server verifies its own log: the answer is only as good as the server, as the page says above. */
export function VerifyLog() {
  const texts = useEvidenceTexts();
  const act = useAct(VerifyEvidenceDocument);
  const [depth, setDepth] = useState<Depth>('CONTENT');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [head, setHead] = useState('');
  const [run, setRun] = useState<string | null>(null);
  const begin = async () => {
    const time = (text: string) => (text === '' ? null : new Date(text).toISOString());
    const scope = from === '' && to === '' ? null : { from: time(from), to: time(to) };
    const input = { depth, scope, knownHeads: head.trim() === '' ? [] : [head] };
    const answer = await act.mutateAsync({ input }).catch(() => null);
    setRun(answer?.data.verifyEvidence?.evidenceRun?.id ?? null);
  };
  return (
    <section className="card stack">
      <h2>{texts.verify}</h2>
      <p>{texts.verifyText}</p>
      <div className="log-filters">
        <SelectField<Depth>
          label={texts.depth}
          value={depth}
          options={DEPTHS.map((value) => ({ value, label: texts.depths[value] }))}
          onChange={setDepth}
        />
        <TextField label={texts.from} value={from} onChange={setFrom} type="datetime-local" ltr />
        <TextField label={texts.to} value={to} onChange={setTo} type="datetime-local" ltr />
      </div>
      <TextField label={texts.knownHeads} value={head} onChange={setHead} lines={3} ltr />
      <UserErrors errors={act.data?.data.verifyEvidence?.userErrors} />
      {act.error ? <Failed error={act.error} /> : null}
      <p>
        <Button isDisabled={act.isPending} onPress={() => void begin()}>
          {texts.verifyNow}
        </Button>
      </p>
      {run === null ? null : <Run id={run} />}
    </section>
  );
}

function Run({ id }: { id: string }) {
  const texts = useEvidenceTexts();
  const query = useApi(EvidenceRunDocument, { id }, { refreshMs: REFRESH_MS });
  return (
    <div role="status">
      <Shown of={query}>
        {({ evidenceRun: run }) => {
          if (!run) return null;
          if (run.status === 'PENDING' || run.status === 'RUNNING') {
            return <StateMark tone="moving">{texts.running(run.checked)}</StateMark>;
          }
          if (run.status === 'FAILED') {
            return (
              <StateMark tone="unknown">
                {texts.failed}: <Ltr>{run.error}</Ltr>
              </StateMark>
            );
          }
          if (run.findingCount === 0) return <StateMark tone="good">{texts.passed(run.checked)}</StateMark>;
          return (
            <div className="stack">
              <StateMark tone="bad">{texts.found(run.findingCount)}</StateMark>
              <Table
                label={texts.finding}
                rows={run.findings.map((finding, index) => ({ ...finding, index }))}
                keyOf={({ index }) => String(index)}
                columns={[
                  { header: texts.finding, cell: ({ name }) => <Ltr className="mono">{name}</Ltr> },
                  { header: texts.row, cell: ({ rowId }) => <Ltr className="mono">{rowId}</Ltr> },
                  { header: texts.leaf, cell: ({ leafIndex }) => <Ltr>{leafIndex}</Ltr> },
                  { header: texts.means, cell: ({ message }) => <Ltr>{message}</Ltr> },
                ]}
              />
            </div>
          );
        }}
      </Shown>
    </div>
  );
}
