// What the parts of the form share.
import type { ReactNode } from 'react';
import { TextField } from '../../ui/field';
import { type FormFault, faultText } from './form-faults';
import { type Direction, type FormValues, notNumbers } from './form-values';
import { useEditorTexts } from './texts';

export interface FormPart {
  direction: Direction;
  values: FormValues;
  set(part: Partial<FormValues>): void;
  faults: readonly FormFault[];
  isNew: boolean;
  /** Of the viewer: only a SYSTEM_MANAGER decides who reads masked content and the audit trail. */
  isSystemManager: boolean;
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="card form-part">
      <legend>
        <h2>{title}</h2>
      </legend>
      <div className="stack">{children}</div>
    </fieldset>
  );
}

/** The names of the texts among the values. */
type TextName = { [Name in keyof FormValues]: FormValues[Name] extends string ? Name : never }[keyof FormValues];

interface TextSettingProps {
  part: FormPart;
  name: TextName;
  label: string;
  hint?: string;
  /** In the input of the API; the name, if left out. */
  path?: readonly string[];
  lines?: number;
  ltr?: boolean;
  required?: boolean;
}

export function TextSetting({ part, name, label, hint, path = [name], ...field }: TextSettingProps) {
  const texts = useEditorTexts();
  const { values, set, faults } = part;
  const isWrong = notNumbers(part.direction, values).includes(name);
  const own = isWrong ? (name === 'retrySchedule' ? texts.notNumbers : texts.notNumber) : null;
  return (
    <TextField
      {...field}
      label={label}
      hint={hint}
      value={values[name]}
      fault={own ?? faultText(faults, path)}
      onChange={(value) => set({ [name]: value })}
    />
  );
}
