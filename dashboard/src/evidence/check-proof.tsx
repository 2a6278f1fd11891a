import { useState } from 'react';
import { Button } from '../ui/button';
import { Facts } from '../ui/facts';
import { TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { StateMark } from '../ui/state-mark';
import { useEvidenceTexts } from './texts';
import { type ProofResult, verifyProof } from './verify-proof';

/** A proof and a key are pasted, and checked in the page. */
export function CheckProof() {
  const texts = useEvidenceTexts();
  const [proof, setProof] = useState('');
  const [key, setKey] = useState('');
  const [result, setResult] = useState<ProofResult | null>(null);
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setResult(null);
  };
  return (
    <section className="card stack">
      <h2>{texts.check}</h2>
      <p>{texts.checkText}</p>
      <p>
        <a className="button" href="/evidence/verify.mjs" download>
          {texts.verifier}
        </a>
      </p>
      <TextField label={texts.proof} value={proof} onChange={change(setProof)} lines={6} ltr />
      <TextField label={texts.key} value={key} onChange={change(setKey)} ltr />
      <p>
        <Button
          kind="primary"
          asks={false}
          isDisabled={proof.trim() === '' || key.trim() === ''}
          onPress={async () => setResult(await verifyProof(proof, key))}
        >
          {texts.checkNow}
        </Button>
      </p>
      <div role="status">{result ? <Result result={result} /> : null}</div>
    </section>
  );
}

function Result({ result }: { result: ProofResult }) {
  const texts = useEvidenceTexts();
  if (result.verdict !== 'VERIFIED') {
    return (
      <StateMark tone={result.verdict === 'NOT_VERIFIED' ? 'bad' : 'refused'}>{texts.faults[result.fault]}</StateMark>
    );
  }
  const { facts } = result;
  return (
    <div className="stack">
      <StateMark tone="good">{texts.verified}</StateMark>
      <Facts
        of={{
          [texts.origin]: <Ltr className="mono">{facts.origin}</Ltr>,
          [texts.size]: <Ltr>{facts.treeSize}</Ltr>,
          [texts.leaf]: <Ltr>{facts.leafIndex}</Ltr>,
          [texts.leafHash]: <Ltr className="mono">{facts.leafHash}</Ltr>,
          [texts.record]: <Ltr className="mono">{facts.record}</Ltr>,
        }}
      />
    </div>
  );
}
