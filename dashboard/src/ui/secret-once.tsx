import { useState } from 'react';
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

/** A secret that the API shows once. It is in the memory of the page alone, and gone when the dialog closes. */
export function SecretOnce({ title, secret, onClose }: { title: string; secret: string; onClose(): void }) {
  const texts = useTexts();
  const [isStored, setStored] = useState(false);
  return (
    <Dialog title={title} isOpen onClose={onClose} dismissable={false}>
      <p>{texts.once}</p>
      <pre className="body-lines" data-short dir="ltr">
        {secret}
      </pre>
      <p>
        <CopyButton text={secret} />
      </p>
      <CheckField label={texts.stored} checked={isStored} onChange={setStored} />
      <p>
        <Button kind="primary" isDisabled={!isStored} onPress={onClose}>
          {texts.close}
        </Button>
      </p>
    </Dialog>
  );
}
