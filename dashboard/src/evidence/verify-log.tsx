import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { EvidenceRunsDocument, VerifyEvidenceDocument } from '../api/generated/documents';
import { useAct } from '../api/use-api';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { SelectField, TextField } from '../ui/field';
import { UserErrors } from '../ui/user-errors';
import { useEvidenceTexts } from './texts';

type Depth = 'TREE' | 'ROWS' | 'CONTENT';
const DEPTHS: readonly Depth[] = ['CONTENT', 'ROWS', 'TREE'];

/** The server verifies its own log: the answer is only as good as the server, as the page says above. */
export function VerifyLog({ onOrdered }: { onOrdered(run: string): void }) {
  const texts = useEvidenceTexts();
  const cache = useQueryClient();
  const act = useAct(VerifyEvidenceDocument);
  const [depth, setDepth] = useState<Depth>('CONTENT');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [head, setHead] = useState('');
  const begin = async () => {
    // what has no start begins with the log, and what has no end reaches to now
    const time = (text: string, otherwise: Date) => (text === '' ? otherwise : new Date(text)).toISOString();
    const range = { from: time(from, new Date(0)), to: time(to, new Date()) };
    const scope = from === '' && to === '' ? null : { range };
    const input = { depth, scope, knownHeads: head.trim() === '' ? [] : [head] };
    const answer = await act.mutateAsync({ input }).catch(() => null);
    const run = answer?.data.verifyEvidence?.evidenceRun?.id;
    if (run === undefined) return;
    onOrdered(run);
    await cache.invalidateQueries({ queryKey: [EvidenceRunsDocument.toString()] });
  };
  return (
    <section className="card stack">
      <h2>{texts.verify}</h2>
      <p>{texts.verifyText}</p>
      <div className="filters">
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
        <Button asks isDisabled={act.isPending} onPress={() => void begin()}>
          {texts.verifyNow}
        </Button>
      </p>
    </section>
  );
}
