import { type FormEvent, useState } from 'react';
import { ApiError } from '../api/api-error';
import { ViewerDocument } from '../api/generated/documents';
import { request } from '../api/request';
import { beginAgain, providerPath, signInWithKey } from '../api/session';
import { Failed } from '../ui/answer';
import { Button } from '../ui/button';
import { TextField } from '../ui/field';
import { useSignInTexts } from './texts';

interface Props {
  methods: readonly string[];
  returnTo: string;
  /** Whose session has ended; null: nobody was signed in. */
  previousUser: string | null;
  done(): void;
}

export function SignInForm({ methods, returnTo, previousUser, done }: Props) {
  const texts = useSignInTexts();
  const [key, setKey] = useState('');
  const [error, setError] = useState<ApiError | null>(null);
  const [isKept, setKept] = useState(true);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      const userId = await signInWithKey(key.trim());
      // a browser may drop the cookie without a word
      const { data } = await request(ViewerDocument, {});
      if (data.viewerRoles.length === 0) return setKept(false);
      setKey('');
      await beginAgain(userId, previousUser === userId);
      done();
    } catch (failure) {
      if (!(failure instanceof ApiError)) throw failure;
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const refusal = error?.code === 'UNAUTHENTICATED' ? texts.refused : null;
  return (
    <div className="stack">
      {methods.includes('OPENID_CONNECT') ? (
        <a className="button" data-kind="primary" href={providerPath(returnTo)}>
          {texts.provider}
        </a>
      ) : null}
      {methods.includes('API_KEY') ? (
        <form className="stack" onSubmit={submit}>
          <TextField
            label={texts.key}
            hint={texts.keyHint}
            fault={refusal}
            type="password"
            value={key}
            onChange={setKey}
            autoComplete="current-password"
            required
            ltr
          />
          <Button type="submit" kind="primary" isDisabled={isBusy || key.trim() === ''}>
            {texts.submit}
          </Button>
        </form>
      ) : null}
      {error && refusal === null ? <Failed error={error} /> : null}
      {isKept ? null : (
        <p className="note" data-tone="bad" role="alert">
          {texts.cookies}
        </p>
      )}
    </div>
  );
}
