import { useViewer } from '../api/viewer';
import { Dialog } from '../ui/dialog';
import { SignInForm } from './sign-in-form';
import { useSignInTexts } from './texts';

interface Props {
  isOpen: boolean;
  onClose(): void;
  done(): void;
}

/** Over the page, where an act needs a session that has just begun. */
export function SignInAgain({ isOpen, onClose, done }: Props) {
  const texts = useSignInTexts();
  const { about, user } = useViewer();
  return (
    <Dialog title={texts.signInNow} isOpen={isOpen} onClose={onClose}>
      <p>{texts.againText}</p>
      <SignInForm
        methods={about.signInMethods}
        returnTo={`${window.location.pathname}${window.location.search}`}
        previousUser={user?.id ?? null}
        done={done}
      />
    </Dialog>
  );
}
