import { Link } from 'wouter';
import { paths } from '../paths';
import { useSearchParams } from '../search-params';
import { Page } from '../shell/page';
import { Erasures } from './erasures';
import { LegalHolds } from './legal-holds';
import { MaskingRules } from './masking-rules';
import { Retention } from './retention';
import { type Tab, usePrivacyTexts } from './texts';

const TABS: readonly Tab[] = ['masked', 'held', 'kept', 'erased'];
const SECTIONS: Record<Tab, () => React.ReactNode> = {
  masked: MaskingRules,
  held: LegalHolds,
  kept: Retention,
  erased: Erasures,
};

/** Who sees content, what must be kept, how long it is kept, and what is gone. */
export default function PrivacyPage() {
  const texts = usePrivacyTexts();
  const [search] = useSearchParams();
  const shown = TABS.find((tab) => tab === search.get('tab')) ?? 'masked';
  const Section = SECTIONS[shown];
  return (
    <Page title={texts.title}>
      <nav className="tabs" aria-label={texts.sections}>
        {TABS.map((tab) => (
          <Link
            key={tab}
            className="tab"
            href={paths.privacy({ tab })}
            aria-current={tab === shown ? 'page' : undefined}
          >
            {texts.tabs[tab]}
          </Link>
        ))}
      </nav>
      <Section />
    </Page>
  );
}
