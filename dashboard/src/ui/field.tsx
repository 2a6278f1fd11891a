import { type ReactNode, useId } from 'react';

interface FieldProps {
  label: string;
  hint?: ReactNode;
  /** What is wrong with the value; the field is then marked. */
  fault?: string | null;
}

interface TextFieldProps extends FieldProps {
  value: string;
  onChange(value: string): void;
  type?: 'text' | 'password' | 'search' | 'number' | 'url' | 'email' | 'datetime-local';
  placeholder?: string;
  required?: boolean;
  autoFocus?: boolean;
  autoComplete?: string;
  /** Ids, URLs, code: left to right in both languages. */
  ltr?: boolean;
  /** More than one line. */
  lines?: number;
  readOnly?: boolean;
}

export function TextField({ label, hint, fault = null, value, onChange, ltr, lines, ...props }: TextFieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    'aria-describedby': describedBy(id, hint, fault),
    'aria-invalid': fault !== null,
    // a value that is typed decides its direction
    dir: ltr ? 'ltr' : 'auto',
    className: ltr ? 'mono' : undefined,
  } as const;
  const { type, ...others } = props;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {lines === undefined ? (
        <input {...others} {...shared} type={type} onChange={(event) => onChange(event.target.value)} />
      ) : (
        <textarea {...others} {...shared} rows={lines} onChange={(event) => onChange(event.target.value)} />
      )}
      <Under id={id} hint={hint} fault={fault} />
    </div>
  );
}

interface SelectFieldProps<Value extends string> extends FieldProps {
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange(value: Value): void;
}

/** The select of the browser: it works by keyboard, with a screen reader and on a phone as people know it. */
export function SelectField<Value extends string>(props: SelectFieldProps<Value>) {
  const { label, hint, fault = null, value, options, onChange } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={fault !== null}
        aria-describedby={describedBy(id, hint, fault)}
        onChange={(event) => onChange(event.target.value as Value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <Under id={id} hint={hint} fault={fault} />
    </div>
  );
}

export function CheckField(props: {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  isDisabled?: boolean;
  onChange(checked: boolean): void;
}) {
  const { label, hint, checked, isDisabled = false, onChange } = props;
  const id = useId();
  return (
    <div className="field">
      <span className="check">
        <input
          id={id}
          type="checkbox"
          checked={checked}
          disabled={isDisabled}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={(event) => onChange(event.target.checked)}
        />
        <label htmlFor={id}>{label}</label>
      </span>
      <Under id={id} hint={hint} fault={null} />
    </div>
  );
}

function describedBy(id: string, hint: ReactNode, fault: string | null): string | undefined {
  return [...(hint ? [`${id}-hint`] : []), ...(fault ? [`${id}-fault`] : [])].join(' ') || undefined;
}

function Under({ id, hint, fault }: { id: string; hint: ReactNode; fault: string | null }) {
  return (
    <>
      {hint ? (
        <span id={`${id}-hint`} className="hint">
          {hint}
        </span>
      ) : null}
      {fault ? (
        <span id={`${id}-fault`} className="fault" role="alert">
          {fault}
        </span>
      ) : null}
    </>
  );
}
