import { Link } from 'wouter';
import { formatDuration } from '../i18n/amount';
import { paths } from '../paths';
import { Facts } from '../ui/facts';
import { Ltr } from '../ui/ltr';
import { useUiTexts } from '../ui/texts';
import { Time } from '../ui/time';
import { VisibleText } from '../ui/visible-text';
import { useWebhookTexts } from './texts';
import type { KnownWebhook } from './webhook-page';

export function WebhookSettings({ webhook }: { webhook: KnownWebhook }) {
  const texts = useWebhookTexts();
  const { setting } = texts;
  const ui = useUiTexts();
  const yes = (value: boolean) => (value ? ui.yes : ui.no);
  const { incoming } = webhook;
  const code = (text: string | null | undefined) =>
    text ? (
      <pre dir="ltr">
        <VisibleText text={text} />
      </pre>
    ) : null;
  const shared = {
    [setting.created]: <Time at={webhook.createdAt} />,
    [setting.updated]: <Time at={webhook.updatedAt} />,
    [texts.owner]: webhook.owner ? <bdi>{webhook.owner.fullName ?? webhook.owner.name}</bdi> : null,
    [setting.reveal]: yes(webhook.supportMayReveal),
  };
  if (incoming) {
    return (
      <Facts
        of={{
          [setting.provider]: <Ltr className="mono">{incoming.provider}</Ltr>,
          [setting.becomes]: <Ltr className="mono">{incoming.becomes}</Ltr>,
          [setting.forwardTo]:
            incoming.forwardTo.length === 0
              ? null
              : incoming.forwardTo.map(({ id, name }) => (
                  <Link key={id} href={paths.webhook(id)}>
                    <bdi>{name}</bdi>
                  </Link>
                )),
          [setting.tolerance]: <Ltr>{incoming.toleranceSeconds} s</Ltr>,
          [setting.documentTypeIn]: <bdi>{webhook.documentType}</bdi>,
          ...shared,
        }}
      />
    );
  }
  return (
    <Facts
      of={{
        [setting.url]: (
          <Ltr className="mono">
            {webhook.method} <VisibleText text={webhook.url ?? ''} />
          </Ltr>
        ),
        [setting.documentType]: <bdi>{webhook.documentType ?? texts.any}</bdi>,
        [setting.events]: <bdi>{webhook.events.join(', ') || texts.any}</bdi>,
        [setting.condition]: code(webhook.condition),
        [setting.bodyFormat]: <Ltr className="mono">{webhook.bodyFormat}</Ltr>,
        [setting.body]: code(webhook.body),
        [setting.headers]: code(webhook.headers.map(({ name, template }) => `${name}: ${template}`).join('\n')),
        [setting.signatures]: <Ltr className="mono">{webhook.signatures.join(', ')}</Ltr>,
        [setting.timeout]: <Ltr>{formatDuration(webhook.timeoutMs)}</Ltr>,
        [setting.retry]: webhook.retrySchedule ? (
          <Ltr>{webhook.retrySchedule.map((seconds) => `${seconds} s`).join(', ')}</Ltr>
        ) : null,
        [setting.concurrency]: webhook.maxConcurrency,
        [setting.rate]: webhook.rateLimit
          ? texts.rateOf(webhook.rateLimit.maxRequests, webhook.rateLimit.seconds)
          : null,
        [setting.ordering]: webhook.ordering ? <Ltr className="mono">{webhook.ordering}</Ltr> : null,
        [setting.dedupe]: webhook.dedupeSeconds ? <Ltr>{webhook.dedupeSeconds} s</Ltr> : null,
        [setting.proxy]: webhook.proxy ? <Ltr className="mono">{webhook.proxy.url}</Ltr> : null,
        [setting.audit]: yes(webhook.receiveAuditEvents),
        [setting.head]: yes(webhook.sendEvidenceHead),
        [setting.trace]: yes(webhook.sendTraceparent),
        ...shared,
      }}
    />
  );
}
