import { type ReactNode, useState } from 'react';
import { textsOf } from '../i18n/language';
import { Button } from './button';
import { CopyButton } from './copy-button';
import { Dialog } from './dialog';
import { CheckField } from './field';

const en = {
  once: 'This is shown once and never again.',
  stored: 'I have stored it',
  close: 'Close',
};
const ar: typeof en = {
  once: 'يُعرض هذا مرة واحدة ولن يُعرض ثانية.',
  stored: 'حفظته',
  close: 'إغلاق',
};
const useTexts = textsOf(en, ar);

interface Props {
  title: string;
  /** By what they are for. */
  secrets: Readonly<Record<string, string>>;
  onClose(): void;
  /** What is said besides. */
  children?: ReactNode;
}

/** Secrets that the API shows once. They are in the memory of the page alone, and gone when the dialog closes. */
export function SecretOnce({ title, secrets, onClose, children }: Props) {
  const texts = useTexts();
  const [isStored, setStored] = useState(false);
  return (
    <Dialog title={title} isOpen onClose={onClose} dismissable={false}>
      <p>{texts.once}</p>
      {Object.entries(secrets).map(([name, secret]) => (
        <div key={name} className="stack">
          {name === title ? null : <h3>{name}</h3>}
          <pre className="body-lines" data-short dir="ltr">
            {secret}
          </pre>
          <p>
            <CopyButton text={secret} />
          </p>
        </div>
      ))}
      {children}
      <CheckField label={texts.stored} checked={isStored} onChange={setStored} />
      <p>
        <Button kind="primary" asks={false} isDisabled={!isStored} onPress={onClose}>
          {texts.close}
        </Button>
      </p>
    </Dialog>
  );
}
