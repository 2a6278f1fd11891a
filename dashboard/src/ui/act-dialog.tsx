import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import type { TypedDocumentString } from '../api/generated/documents';
import { useAct } from '../api/use-api';
import { Failed } from './answer';
import { Button } from './button';
import { Dialog } from './dialog';
import { TextField } from './field';
import { useUiTexts } from './texts';
import { type UserError, UserErrors } from './user-errors';

interface Props<Data, Variables> {
  title: string;
  submit: string;
  kind?: 'primary' | 'danger';
  isOpen: boolean;
  onClose(): void;
  document: TypedDocumentString<Data, Variables>;
  /** false: what the form asks for is not complete. */
  isReady?: boolean;
  /** Whether a reason is asked for, and whether it may be left out. */
  reason?: 'required' | 'optional' | 'none';
  variables(reason: string | null): Variables;
  userErrors(data: Data): readonly UserError[] | undefined;
  /** What the reason begins with. */
  given?: string;
  /** After it was refused with these errors, which the dialog shows. */
  refused?(errors: readonly UserError[], reason: string): void;
  /** After it has succeeded. Without it the dialog closes. */
  done?(data: Data): void;
  children?: ReactNode;
}

/** Asks before an act, does it, and says what is wrong with it. What the page shows is read again afterwards. */
export function ActDialog<Data, Variables>(props: Props<Data, Variables>) {
  const { title, isOpen, onClose } = props;
  return (
    <Dialog title={title} isOpen={isOpen} onClose={onClose}>
      <Form {...props} />
    </Dialog>
  );
}

function Form<Data, Variables>(props: Props<Data, Variables>) {
  const {
    submit,
    kind = 'primary',
    onClose,
    document,
    reason = 'none',
    isReady = true,
    variables,
    userErrors,
    given: begun = '',
    refused,
    done,
    children,
  } = props;
  const texts = useUiTexts();
  const cache = useQueryClient();
  const act = useAct(document);
  const [given, setGiven] = useState(begun);
  const errors = act.data ? userErrors(act.data.data) : undefined;
  const send = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await act.mutateAsync(variables(given.trim() || null)).catch(() => null);
    if (!answer) return;
    const faults = userErrors(answer.data) ?? [];
    if (faults.length > 0) return refused?.(faults, given);
    await cache.invalidateQueries();
    if (done) done(answer.data);
    else onClose();
  };
  return (
    <form className="stack" onSubmit={send}>
      {children}
      {reason === 'none' ? null : (
        <TextField
          label={texts.reason}
          hint={texts.reasonHint}
          value={given}
          onChange={setGiven}
          required={reason === 'required'}
          lines={2}
        />
      )}
      <UserErrors errors={errors} />
      {act.error ? <Failed error={act.error} /> : null}
      <div className="row">
        <Button
          type="submit"
          kind={kind}
          isDisabled={!isReady || act.isPending || (reason === 'required' && given.trim() === '')}
        >
          {submit}
        </Button>
        <Button kind="plain" onPress={onClose}>
          {texts.cancel}
        </Button>
      </div>
    </form>
  );
}
