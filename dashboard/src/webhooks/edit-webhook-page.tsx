import { useParams } from 'wouter';
import { EditedWebhookDocument } from '../api/generated/documents';
import { useApi } from '../api/use-api';
import { paths } from '../paths';
import { Page } from '../shell/page';
import { Empty, Shown } from '../ui/answer';
import { LinkButton } from '../ui/button';
import { useEditorTexts } from './editor/texts';
import { WebhookForm } from './editor/webhook-form';
import { useWebhookTexts } from './texts';

export default function EditWebhookPage() {
  const texts = useEditorTexts();
  const { missing } = useWebhookTexts();
  const { id = '' } = useParams<{ id: string }>();
  const query = useApi(EditedWebhookDocument, { id });
  const name = query.data?.data.webhook?.name;
  return (
    <Page title={name === undefined ? texts.edit : texts.editOf(name)}>
      <Shown of={query} rows={10}>
        {({ webhook, users }) => {
          if (!webhook) return <Empty title={missing} />;
          if (webhook.status !== 'ARCHIVED') return <WebhookForm key={webhook.id} stored={webhook} users={users} />;
          return (
            <Empty title={texts.archived}>
              <p>
                <LinkButton to={paths.webhook(id)}>{texts.back}</LinkButton>
              </p>
            </Empty>
          );
        }}
      </Shown>
    </Page>
  );
}
