import { useState } from 'react';
import { RequestAddressVerificationDocument, SetMyMailDocument, type ViewerQuery } from '../api/generated/documents';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import { Facts } from '../ui/facts';
import { Ltr } from '../ui/ltr';
import { useMeTexts } from './texts';

/** Whether the user gets mail about their webhooks. */
export function Mail({ user }: { user: NonNullable<ViewerQuery['viewer']> }) {
  const texts = useMeTexts();
  const [asked, setAsked] = useState<'setting' | 'verification' | null>(null);
  const close = () => setAsked(null);
  const { email, emailVerified, receivesMail } = user;
  const canVerify = Boolean(email) && !emailVerified;
  return (
    <section className="card stack">
      <h2>{texts.mail}</h2>
      <Facts
        of={{
          [texts.mailAddress]: email ? <Ltr>{email}</Ltr> : texts.noMailAddress,
          [texts.mailState]: receivesMail ? texts.mailOn : texts.mailOff,
        }}
      />
      {canVerify ? <p className="faint">{texts.notVerified}</p> : null}
      <div className="row">
        <Button kind={receivesMail ? 'danger' : 'primary'} onPress={() => setAsked('setting')}>
          {receivesMail ? texts.endMail : texts.beginMail}
        </Button>
        {canVerify ? <Button onPress={() => setAsked('verification')}>{texts.verify}</Button> : null}
      </div>
      <ActDialog
        title={receivesMail ? texts.endMail : texts.beginMail}
        submit={receivesMail ? texts.endMail : texts.beginMail}
        kind={receivesMail ? 'danger' : 'primary'}
        isOpen={asked === 'setting'}
        onClose={close}
        document={SetMyMailDocument}
        variables={() => ({ input: { receivesMail: !receivesMail } })}
        userErrors={(data) => data.setMyMail?.userErrors}
      >
        <p>{receivesMail ? texts.endMailText : texts.beginMailText}</p>
      </ActDialog>
      <ActDialog
        title={texts.verify}
        submit={texts.verify}
        isOpen={asked === 'verification'}
        onClose={close}
        document={RequestAddressVerificationDocument}
        variables={() => ({})}
        userErrors={(data) => data.requestAddressVerification?.userErrors}
      >
        <p>{texts.verifyText}</p>
      </ActDialog>
    </section>
  );
}
