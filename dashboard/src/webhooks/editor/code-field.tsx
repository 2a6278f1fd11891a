import { lazy, type ReactNode, Suspense, useId } from 'react';
import { Ltr } from '../../ui/ltr';
import type { FormFault } from './form-faults';
import { useEditorTexts } from './texts';

const CodeEditor = lazy(() => import('./code-editor'));

interface Props {
  label: string;
  hint: ReactNode;
  value: string;
  onChange(value: string): void;
  faults: readonly FormFault[];
}

/** A text with a syntax: its faults are marked in it, and named below it. */
export function CodeField({ label, hint, value, onChange, faults }: Props) {
  const texts = useEditorTexts();
  const id = useId();
  const described = faults.length > 0 ? `${id}-hint ${id}-fault` : `${id}-hint`;
  return (
    <div className="field">
      <span id={id} className="label">
        {label}
      </span>
      <Suspense fallback={<div className="code-editor" aria-busy="true" />}>
        <CodeEditor value={value} onChange={onChange} faults={faults} labelledBy={id} describedBy={described} />
      </Suspense>
      <span id={`${id}-hint`} className="hint">
        {hint}
      </span>
      <span id={`${id}-fault`} className="fault" role="status">
        {faults.map((fault) => (
          <span key={`${fault.line} ${fault.column} ${fault.message}`} className="fault-line">
            {fault.line !== null && fault.column !== null ? texts.place(fault.line, fault.column) : null}{' '}
            <Ltr>{fault.message}</Ltr>
          </span>
        ))}
      </span>
    </div>
  );
}
