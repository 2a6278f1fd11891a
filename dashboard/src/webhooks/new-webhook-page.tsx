import { Page } from '../shell/page';
import { useEditorTexts } from './editor/texts';
import { WebhookForm } from './editor/webhook-form';

export default function NewWebhookPage() {
  const texts = useEditorTexts();
  return (
    <Page title={texts.create}>
      <WebhookForm stored={null} />
    </Page>
  );
}
