import { useState } from 'react';
import { type ContentPartsFragment, RevealDocument } from '../api/generated/documents';
import { useViewer } from '../api/viewer';
import { SignInAgain } from '../sign-in/sign-in-again';
import { ActDialog } from '../ui/act-dialog';
import { Button } from '../ui/button';
import type { RequestFactsOf } from './request-facts';
import { useRequestTexts } from './texts';

const PARTS = ['DATA', 'HEADERS', 'RESPONSE', 'RESPONSE_HEADERS'] as const;

interface Props {
  request: RequestFactsOf;
  onReveal(parts: ContentPartsFragment): void;
}

/** For SUPPORT, where the webhook allows it. The server asks for a young session, and says so. */
export function Reveal({ request, onReveal }: Props) {
  const texts = useRequestTexts();
  const viewer = useViewer();
  const [isOpen, setOpen] = useState(false);
  /** Typed before the person had to sign in again. */
  const [reason, setReason] = useState('');
  const [isOld, setOld] = useState(false);
  if (!viewer.may('Mutation.revealContent') || !request.webhook?.supportMayReveal) return null;
  return (
    <>
      <p>
        <Button asks onPress={() => setOpen(true)}>
          {texts.reveal}
        </Button>
      </p>
      <ActDialog
        title={texts.reveal}
        submit={texts.reveal}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        document={RevealDocument}
        reason="required"
        variables={(typed) => ({
          input: { requestId: request.id, parts: [...PARTS], reason: typed ?? '' },
        })}
        given={reason}
        userErrors={(data) => data.revealContent?.userErrors}
        refused={(errors, typed) => {
          // what no field is to blame for is the age of the session
          if (!errors.some(({ field, code }) => code === 'INVALID' && !field?.length)) return;
          setReason(typed);
          setOpen(false);
          setOld(true);
        }}
        done={(data) => {
          setOpen(false);
          const content = data.revealContent?.content;
          if (content) onReveal({ id: request.id, method: request.method, url: request.url, ...content });
        }}
      >
        <p>{texts.revealText}</p>
      </ActDialog>
      <SignInAgain
        isOpen={isOld}
        onClose={() => setOld(false)}
        done={() => {
          setOld(false);
          setOpen(true);
        }}
      />
    </>
  );
}
