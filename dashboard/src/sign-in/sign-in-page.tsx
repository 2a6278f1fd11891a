import { useLocation } from 'wouter';
import { safeReturnTo } from '../api/session';
import { useViewer } from '../api/viewer';
import { useSearchParams } from '../search-params';
import { SignInForm } from './sign-in-form';
import { useSignInTexts } from './texts';

/** The page at /sign-in, and what each other page shows to somebody who is not signed in. */
export default function SignInPage() {
  const texts = useSignInTexts();
  const { about } = useViewer();
  const [path, navigate] = useLocation();
  const [search] = useSearchParams();
  const isOwn = path === '/sign-in';
  const returnTo = isOwn ? safeReturnTo(search.get('returnTo')) : `${path}${window.location.search}`;
  return (
    <main className="sign-in card stack">
      <h1>{texts.title}</h1>
      <SignInForm
        methods={about.signInMethods}
        returnTo={returnTo}
        previousUser={null}
        done={() => {
          if (isOwn) navigate(returnTo);
        }}
      />
    </main>
  );
}
