import { WebhookOwnersDocument, type WebhookOwnersQuery } from '../../api/generated/documents';
import { useApiPages } from '../../api/use-api';
import { Failed } from '../../ui/answer';
import { Button } from '../../ui/button';
import { SelectField } from '../../ui/field';
import { useUiTexts } from '../../ui/texts';
import { faultText } from './form-faults';
import type { FormPart } from './form-part';
import type { EditedWebhook } from './form-values';
import { useEditorTexts } from './texts';

interface Props {
  part: FormPart;
  /** The owner, who may be beyond the users that were read. */
  stored: EditedWebhook['owner'];
  /** The first users, if they were read with the webhook. */
  users: WebhookOwnersQuery['users'] | null;
}

export function OwnerField({ part, stored, users: first }: Props) {
  const texts = useEditorTexts();
  const ui = useUiTexts();
  const pages = useApiPages(WebhookOwnersDocument, {}, ({ users }) => users, {
    begin: first ? { users: first } : undefined,
  });
  const { values, set, faults, isNew } = part;
  const isRead = !stored || pages.rows.some(({ id }) => id === stored.id);
  const users = isRead ? pages.rows : [stored, ...pages.rows];
  return (
    <>
      {pages.error ? <Failed error={pages.error} retry={pages.retry} /> : null}
      <SelectField
        label={texts.owner}
        hint={texts.ownerHint}
        value={values.ownerId}
        options={[
          ...(isNew ? [{ value: '', label: texts.ownerMe }] : []),
          ...users.map(({ id, name, fullName }) => ({ value: id, label: fullName ?? name })),
        ]}
        fault={faultText(faults, ['ownerId'])}
        onChange={(ownerId) => set({ ownerId })}
      />
      {pages.hasMore ? (
        <p>
          <Button onPress={pages.more}>{ui.more}</Button>
        </p>
      ) : null}
    </>
  );
}
