import { useState } from 'react';
import { ExportEvidenceDocument, type ExportEvidenceMutation } from '../api/generated/documents';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import { CheckField, TextField } from '../ui/field';
import { Ltr } from '../ui/ltr';
import { saveFile } from '../ui/save-file';
import { useEvidenceTexts } from './texts';

type Bundle = NonNullable<NonNullable<ExportEvidenceMutation['exportEvidence']>['bundle']>;

const PARTS = [
  'BODY',
  'WIRE_BODY',
  'HEADERS',
  'RESPONSE',
  'RESPONSE_HEADERS',
  'URL',
  'REFERENCE',
  'ERROR',
  'NAMES',
  'REASON',
] as const;
type Part = (typeof PARTS)[number];

export function BundleForm() {
  const texts = useEvidenceTexts();
  const [isOpen, setOpen] = useState(false);
  const [ids, setIds] = useState('');
  const [disclose, setDisclose] = useState<readonly Part[]>([]);
  const [bundle, setBundle] = useState<Bundle | null>(null);
  const listed = ids.split(/\s+/).filter((id) => id !== '');
  return (
    <section className="card stack">
      <h2>{texts.bundle}</h2>
      <p>{texts.bundleText}</p>
      <TextField label={texts.ids} value={ids} onChange={setIds} lines={3} placeholder="req_..." ltr />
      <fieldset className="row">
        <legend>{texts.disclose}</legend>
        {PARTS.map((part) => (
          <CheckField
            key={part}
            label={part}
            checked={disclose.includes(part)}
            onChange={(on) => setDisclose(on ? [...disclose, part] : disclose.filter((each) => each !== part))}
          />
        ))}
      </fieldset>
      <p>
        <Button asks isDisabled={listed.length === 0} onPress={() => setOpen(true)}>
          {texts.make}
        </Button>
      </p>
      {bundle ? (
        <div role="status" className="row">
          <span>{texts.bundleMade(bundle.rowCount, bundle.notSealedCount)}</span>
          <Ltr className="mono">SHA-256 {bundle.sha256}</Ltr>
          <Button kind="primary" asks={false} onPress={() => saveFile(bundle.text, 'evidence.json')}>
            {texts.save}
          </Button>
        </div>
      ) : null}
      <ActDialog
        title={texts.bundle}
        submit={texts.make}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        document={ExportEvidenceDocument}
        reason="required"
        variables={(reason) => ({ input: { rows: { ids: listed }, disclose: [...disclose], reason: reason ?? '' } })}
        userErrors={(data) => data.exportEvidence?.userErrors}
        done={(data) => {
          setOpen(false);
          setBundle(data.exportEvidence?.bundle ?? null);
        }}
      />
    </section>
  );
}
