import { WebhookNamesDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { SelectField } from '../ui/field';
import { usePrivacyTexts } from './texts';

/** One webhook of the newest 100, or all of them: ''. */
export function WebhookField({ value, onChange }: { value: string; onChange(id: string): void }) {
  const texts = usePrivacyTexts();
  const query = useApi(WebhookNamesDocument, {}, { freshMs: 60_000 });
  const webhooks = query.data?.data.webhooks?.nodes ?? [];
  return (
    <SelectField
      label={texts.webhook}
      value={value}
      options={[{ value: '', label: texts.all }, ...webhooks.map(({ id, name }) => ({ value: id, label: name }))]}
      onChange={onChange}
    />
  );
}
