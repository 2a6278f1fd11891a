import { useSessionEnded } from '../api/session-state';
import { useViewer } from '../api/viewer';
import { Dialog } from '../ui/dialog';
import { SignInForm } from './sign-in-form';
import { useSignInTexts } from './texts';

/** Over the page when its session has ended: the page stays, with what was typed. */
export function SessionEnded() {
  const texts = useSignInTexts();
  const { about, user } = useViewer();
  const isOpen = useSessionEnded();
  return (
    <Dialog title={texts.ended} isOpen={isOpen} onClose={() => undefined} dismissable={false}>
      <p>{texts.endedText}</p>
      <SignInForm
        methods={about.signInMethods}
        returnTo={`${window.location.pathname}${window.location.search}`}
        previousUser={user?.id ?? null}
        done={() => undefined}
      />
    </Dialog>
  );
}
